"""Folding: what waits for another record's warning is counted there and hidden under it (R43)."""

from dataclasses import replace

from rostering.core.data_warnings import Finding

Place = tuple[str, str]


def fold(findings: list[Finding]) -> list[Finding]:
    """The findings with the classes and students of each child added to its root's, a student counted once."""
    by_place: dict[Place, int] = {}
    for index, finding in enumerate(findings):
        if finding.parent is None:
            by_place.setdefault((finding.kind, finding.key), index)
    folded = [_with_root(finding, by_place) for finding in findings]
    for finding in folded:
        if finding.parent:
            place = by_place[finding.parent]
            root = folded[place]
            everyone = root.waiting | finding.waiting
            folded[place] = replace(
                root,
                classes=root.classes + finding.classes,
                students=len(everyone) if everyone else root.students + finding.students,
                waiting=everyone,
            )
    return folded


def _with_root(finding: Finding, by_place: dict[Place, int]) -> Finding:
    """The finding under a root that is there: a teacher whose row cannot be read has no warning but the file's."""
    if finding.parent is None or finding.parent in by_place:
        return finding
    files = [place for place in by_place if place[0] == "file" and place[1].startswith("teacher")]
    return replace(finding, parent=next(iter(files), None))
