"""Resolving canonical references (``url`` or ``url|version``) among the content's own resources."""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.plans.content import Document
from cds_service.plans.problems import Place, Problems


class Canonicals:
    """The content's resources by canonical URL; a URL with two resources of one version is a problem."""

    def __init__(self, documents: Iterable[Document], problems: Problems) -> None:
        self._by_url: dict[str, dict[str, Document]] = {}
        for document in documents:
            url, version = document.resource.get("url"), str(document.resource.get("version", ""))
            if not isinstance(url, str):
                continue
            other = self._by_url.setdefault(url, {}).setdefault(version, document)
            if other is not document:
                problems.at(document.file, "url").add(
                    f"'{url}|{version}' is also the canonical of {other.file}", "give one of them another url or version"
                )

    def resolve(self, canonical: object, place: Place) -> Document | None:
        """The resource meant, or ``None`` after reporting why there is none.

        Without a version the only version is meant; several versions then are a problem, because the choice would be silent.
        """
        if not isinstance(canonical, str) or not canonical:
            place.add("is not a canonical URL", "write url or url|version")
            return None
        url, _, version = canonical.partition("|")
        versions = self._by_url.get(url, {})
        if version and version in versions:
            return versions[version]
        if not version and len(versions) == 1:
            return next(iter(versions.values()))
        if not versions:
            place.add(f"nothing in the content has the canonical '{url}'", "add the resource, or correct the reference")
        else:
            have = ", ".join(sorted(versions))
            place.add(f"'{canonical}' is not among the versions of the content ({have})", "name one of these versions after '|'")
        return None
