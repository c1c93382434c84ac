"""What a project changes of stream rules; the worker follows within a second."""

from pydantic import ValidationError

from siteward_platform.act import Act, no_project
from siteward_platform.api.schemas.alerting import RuleOverrideIn
from siteward_platform.database.models import Project, RuleOverride
from siteward_platform.refusals import InvalidError, NotFoundError
from siteward_platform.rule_sets import place_of, shipped_packs
from siteward_rules.language.check import check_override
from siteward_rules.language.layers import resolve
from siteward_rules.language.spec import OverrideSpec


def put_override(act: Act, project_id: str, rule: str, body: RuleOverrideIn) -> None:
    """Sets what a project changes of a rule; it replaces what was set before.

    Raises:
        NotFoundError: No such project, or no such rule where it lies.
        InvalidError: With everything the rule language says against it, by field.
    """
    project = change_rules(act, project_id)
    change = body.model_dump(exclude_none=True, by_alias=True, exclude={"reason"})
    if not change["params"]:
        del change["params"]
    check_known(project, rule)
    _check(project, rule, {**change, "rule": rule, "reason": body.reason})
    row = act.session.get(RuleOverride, (project_id, rule))
    before = {"reason": row.reason, **row.change} if row else None
    if row is None:
        row = RuleOverride(project_id=project_id, rule=rule)
        act.session.add(row)
    row.change, row.reason, row.set_by, row.set_at = change, body.reason, act.who.name, act.at
    act.session.flush()
    act.log(
        "rule.override", f"project:{project_id}", rule=rule, reason=body.reason, change=change,
        before=before,
    )  # fmt: skip
    act.announce("project", project_id, project_id)


def remove_override(act: Act, project_id: str, rule: str) -> None:
    """Undoes what a project changed of a rule.

    Raises:
        NotFoundError: It changed nothing.
    """
    change_rules(act, project_id)
    row = act.session.get(RuleOverride, (project_id, rule))
    if row is None:
        raise NotFoundError("no_override", f"本项目没有修改规则 {rule}", "请从列表中选择")
    act.session.delete(row)
    act.session.flush()
    before = {"reason": row.reason, **row.change}
    act.log("rule.restore", f"project:{project_id}", rule=rule, before=before)
    act.announce("project", project_id, project_id)


def change_rules(act: Act, project_id: str) -> Project:
    """Locks a project for a change of its rules or permits and counts the change.

    Raises:
        NotFoundError: There is no such project.
    """
    project = act.session.get(Project, project_id, with_for_update=True, populate_existing=True)
    if project is None:
        raise no_project(project_id)
    project.rules_version += 1
    return project


def check_known(project: Project, rule: str) -> None:
    """Refuses a rule that does not apply where a project is.

    Raises:
        NotFoundError: Names it.
    """
    if rule not in resolve(shipped_packs(), place_of(project)).layered:
        raise NotFoundError(
            "no_such_rule", f"没有适用于本项目所在地的规则 {rule}", "请从规则列表中选择"
        )


def _check(project: Project, rule: str, change: dict[str, object]) -> None:
    problems: dict[str, str] = {}

    def complain(field: tuple[str, ...], message: str, remedy: str) -> None:
        problems[".".join(field) or "body"] = f"{message} ({remedy})"

    try:
        spec = OverrideSpec.model_validate(change)
    except ValidationError as error:
        problems = {".".join(map(str, e["loc"])): e["msg"] for e in error.errors()}
    else:
        layered = resolve(shipped_packs(), place_of(project)).layered
        check_override(spec, {name: one.spec for name, one in layered.items()}, complain)
    if problems:
        raise InvalidError(
            "override_invalid", f"对规则 {rule} 的修改不成立", "请按各字段的提示修改", problems
        )
