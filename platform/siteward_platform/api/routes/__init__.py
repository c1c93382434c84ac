"""The routes, thin: a role, a service, a view."""
