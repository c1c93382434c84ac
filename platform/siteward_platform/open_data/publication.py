"""Which projects the public may see, and who publishes them."""

from siteward_platform.act import Act, no_project
from siteward_platform.database.models import Project, Publication
from siteward_platform.open_data.oc4ids import Publisher
from siteward_platform.settings import OpenDataSettings


def publisher_of(settings: OpenDataSettings) -> Publisher | None:
    """Who publishes; None while the operator has not said so."""
    if settings.publisher is None or settings.open_data_url is None:
        return None
    return Publisher(
        settings.publisher,
        settings.open_data_url,
        settings.oc4ids_prefix,
        settings.open_data_licence,
    )


def publish(act: Act, project_id: str) -> None:
    """Opens a project to the public; again changes nothing.

    Raises:
        NotFoundError: There is no such project.
    """
    if act.session.get(Project, project_id) is None:
        raise no_project(project_id)
    if act.session.get(Publication, project_id) is not None:
        return
    row = Publication(project_id=project_id, published_by=act.who.name, published_at=act.at)
    act.session.add(row)
    act.log("project.publish", f"project:{project_id}")


def withdraw(act: Act, project_id: str) -> None:
    """Takes a project out of the open data; copies that others took stay theirs."""
    row = act.session.get(Publication, project_id)
    if row is None:
        return
    act.session.delete(row)
    act.log("project.unpublish", f"project:{project_id}")
