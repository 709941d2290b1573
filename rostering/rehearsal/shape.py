"""The schools of a district: how many, of which kind, how large (reference/districts.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rostering.rehearsal.dice import Dice
from rostering.rehearsal.name_lists import names_in

Level = Literal["elementary", "middle", "high", "k12"]
MIX: dict[Level, float] = {"elementary": 0.60, "middle": 0.20, "high": 0.15, "k12": 0.05}
GRADES: dict[Level, range] = {"elementary": range(6), "middle": range(6, 9), "high": range(9, 13), "k12": range(13)}
TITLES: dict[Level, str] = {
    "elementary": "Elementary",
    "middle": "Middle School",
    "high": "High School",
    "k12": "Academy",
}
PREKINDERGARTEN = -1
GRADE_WORDS = {PREKINDERGARTEN: "PreKindergarten", 0: "Kindergarten", **{grade: str(grade) for grade in range(1, 13)}}
"""Clever's words (clever.md §1.10.9), in school order."""

MEAN_SCHOOL = 673
K12_SCHOOL = 560
SMALLEST_OF_THREE = 300  # students from which a district has an elementary, a middle and a high school

PLACES = names_in("""
Oak Maple Cedar Willow Aspen Birch Juniper Magnolia Sycamore Laurel Harbor Lake River Valley Canyon Prairie Meadow
Summit Mesa Sierra Desert Pine Spring Silver Golden Eagle Falcon Heron Fox Bear Liberty Union Pioneer Heritage Lincoln
Washington Jefferson Roosevelt Kennedy Chávez Douglass Tubman Parks Curie Franklin Edison Carver Mandela Peña
""")
FEATURES = names_in("""
view ridge wood park field brook side crest dale grove gate _Hills _Springs _Park _Creek _Lake _Point _Vista
_North _South _East _West _Central _Heights _Valley _Ranch _Trails _Bend _Crossing _Gardens _Plaza
""")


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """A school to be filled. ``grades`` is grade (-1 to 12) to number of students."""

    index: int
    id: str
    name: str
    level: Level
    grades: dict[int, int]

    @property
    def students(self) -> int:
        """How many students have it as their primary school."""
        return sum(self.grades.values())


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to ``total``."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(part) for part in exact]
    by_rest = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_rest[: total - sum(parts)]:
        parts[at] += 1
    return parts


def count_levels(students: int) -> dict[Level, int]:
    """How many schools of each level a district of so many students has."""
    if students < SMALLEST_OF_THREE:
        return {"k12": 1}
    schools = max(3, (students + MEAN_SCHOOL // 2) // MEAN_SCHOOL)
    counts = dict(zip(MIX, apportion(schools, list(MIX.values())), strict=True))
    for level in ("elementary", "middle", "high"):
        if counts[level] == 0:
            counts[max(counts, key=lambda other: counts[other])] -= 1
            counts[level] = 1
    return counts


def school_sizes(dice: Dice, levels: Sequence[Level], students: int) -> list[int]:
    """Students per school, so that each grade of the district is about as large as the next."""
    in_k12 = min(levels.count("k12") * K12_SCHOOL, students if set(levels) == {"k12"} else students // 3)
    weights = []
    for level in levels:
        of_level = in_k12 if level == "k12" else (students - in_k12) * len(GRADES[level]) / 13
        weights.append(of_level / levels.count(level) * dice.bell(0.45, 1.55))
    return apportion(students, weights)


def grade_sizes(dice: Dice, level: Level, students: int) -> dict[int, int]:
    """Students per grade of one school; a third of the elementary schools have pre-kindergarten."""
    weights = {grade: dice.bell(0.8, 1.2) for grade in GRADES[level]}
    if level == "elementary" and dice.chance(0.35):
        weights = {PREKINDERGARTEN: 0.35, **weights}
    sizes = apportion(students, list(weights.values()))
    return {grade: size for grade, size in zip(weights, sizes, strict=True) if size}


def plan_schools(students: int, seed: int) -> list[SchoolPlan]:
    """The schools of a district, whose students add up to ``students`` exactly."""
    dice = Dice(f"{seed}/schools")
    levels: list[Level] = [level for level, count in count_levels(students).items() for _ in range(count)]
    dice.mix(levels)
    names = [place + feature for place in PLACES for feature in FEATURES]
    dice.mix(names)
    width = max(3, len(str(len(levels) * 10)))
    plans = []
    for index, (level, size) in enumerate(zip(levels, school_sizes(dice, levels, students), strict=True)):
        ordinal = f" {index // len(names) + 1}" if index >= len(names) else ""
        name = f"{names[index % len(names)]} {TITLES[level]}{ordinal}"
        plans.append(SchoolPlan(index, f"{(index + 1) * 10:0{width}d}", name, level, grade_sizes(dice, level, size)))
    return plans
