import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { Failure } from "./types";

/** The server's refusal, or what is known when it could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly failure: Failure;

  constructor(status: number, failure: Failure) {
    super(failure.message);
    this.status = status;
    this.failure = failure;
  }
}

const UNREACHABLE: Failure = {
  code: "unreachable",
  message: "连接不上服务器 · The server cannot be reached",
  remedy: "请检查网络后重试，刚才的操作没有生效 · Check the network and retry; nothing was changed",
  fields: {},
};

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    throw new ApiError(0, UNREACHABLE);
  }
}

export const client = createClient<paths>({
  baseUrl: window.location.origin,
  headers: { "X-Requested-With": "siteward" },
  fetch: reach,
});

function asFailure(status: number, error: unknown): Failure {
  if (typeof error === "object" && error !== null && "message" in error) {
    return { code: "", remedy: "", fields: {}, ...error } as Failure;
  }
  return {
    code: `http_${String(status)}`,
    message: `服务器没有完成请求（${String(status)}） · The server did not complete the request`,
    remedy: "请稍后重试；若反复出现，请联系管理员 · Retry later or tell your administrator",
    fields: {},
  };
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Unwraps an answer of the typed client. Throws {@link ApiError} on any refusal. */
export async function take<T>(pending: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await pending;
  if (!response.ok) {
    throw new ApiError(response.status, asFailure(response.status, error));
  }
  return data as T;
}
