"""Folding: what waits for another record's warning is counted there and hidden under it (R43)."""

from dataclasses import replace

from rostering.core.data_warnings import Finding

Place = tuple[str, str]


def fold(findings: list[Finding]) -> list[Finding]:
    """The findings with the classes and students of each child added to its root's."""
    by_place: dict[Place, int] = {}
    for index, finding in enumerate(findings):
        if finding.parent is None:
            by_place.setdefault((finding.kind, finding.key), index)
    folded = list(findings)
    for finding in findings:
        if finding.parent and finding.parent in by_place:
            place = by_place[finding.parent]
            root = folded[place]
            folded[place] = replace(
                root, classes=root.classes + finding.classes, students=root.students + finding.students
            )
    return folded
