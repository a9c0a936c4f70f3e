"""What an interview asks: questions that fit the time and the student's progress."""

import random
import shutil

import pytest
from grader.contents import ROUTES, TODAY
from grader.draw import draw, plan_text, require_time, standing
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, NOT_STARTED, PASSED, Score

from tests.workbook.screens import ANSWERS

ALL = find_exercises()


def score(exercise, status, points=0):
    return Score(exercise.name, status, points, exercise.head.points, 0, 10, [])


def scores_with(passed=(), **points):
    """A student who passed some exercises and has points for others, by their numbers."""
    scores = {}
    for one in ALL:
        scores[one.name] = score(one, NOT_STARTED)
        if one.number in passed:
            scores[one.name] = score(one, PASSED, one.head.points)
        elif one.number in points:
            scores[one.name] = score(one, FAILED, points[one.number])
    return scores


def numbers(scores, minutes, seed=0):
    return [one.number for one in draw(ALL, scores, minutes, random.Random(seed))]


EVERYTHING = [one.number for one in ALL]


@pytest.mark.parametrize("passed", [(), ("ex01", "ex02"), EVERYTHING[:-1], EVERYTHING])
@pytest.mark.parametrize("minutes", [20, 45, 60, 180])
def test_the_questions_fit_the_time_and_none_comes_twice(passed, minutes):
    for seed in range(5):
        chosen = draw(ALL, scores_with(passed), minutes, random.Random(seed))
        assert 0 < sum(one.head.minutes for one in chosen) <= minutes
        assert len(set(chosen)) == len(chosen)


def test_a_beginner_goes_along_a_route():
    routes = [numbers or EVERYTHING for _, numbers, _ in ROUTES.values()]
    for seed in range(10):
        asked = numbers(scores_with(), 300, seed)
        assert asked[:2] == ["ex01", "ex02"]
        for place, number in enumerate(asked):
            before = [set(route[: route.index(number)]) for route in routes if number in route]
            left = 300 - sum(map(minutes, asked[:place]))
            missing = [needed - set(asked[:place]) for needed in before]
            assert any(all(minutes(one) > left for one in some) for some in missing)


def test_the_capstone_is_asked_once_all_that_it_is_built_on_is_solved():
    capstone = find_exercise("ex29", ALL)
    built_on = {part.number for part in capstone.parts}
    rest = [number for number in EVERYTHING if number != "ex29"]
    assert numbers(scores_with(rest), 60) == ["ex29"]
    for missing in sorted(built_on)[:3]:
        known = [number for number in rest if number != missing]
        assert all("ex29" not in numbers(scores_with(known), 600, seed) for seed in range(3))


def test_todays_models_come_once_what_they_build_on_is_solved():
    weekend = ROUTES[ROUTES[TODAY].after].numbers
    begun = [numbers(scores_with(weekend[:-1]), 60, seed) for seed in range(10)]
    assert not any("ex30" in asked for asked in begun)
    assert any("ex30" in numbers(scores_with(weekend), 60, seed) for seed in range(10))
    begun = [numbers(scores_with(["ex30"]), 90, seed) for seed in range(20)]
    assert any(set(ROUTES[TODAY].numbers[1:]) & set(asked) for asked in begun) == bool(
        set(ROUTES[TODAY].numbers[1:]) & set(EVERYTHING)
    )


def test_solved_exercises_are_drawn_last():
    known = [number for number in EVERYTHING if number not in ("ex05", "ex12", "ex29")]
    for seed in range(10):
        assert set(numbers(scores_with(known, ex05=3), 90, seed)[:2]) == {"ex05", "ex12"}


def test_what_lost_more_points_is_drawn_sooner_more_often():
    scores = scores_with([n for n in EVERYTHING if n != "ex29"], ex29=1)
    scores["ex03_attention_backward"] = score(find_exercise("ex03", ALL), FAILED, 0)
    scores["ex05_masks"] = score(find_exercise("ex05", ALL), FAILED, 9)
    first = [numbers(scores, 60, seed)[0] for seed in range(100)]
    assert first.count("ex03") > 75


def test_too_short_a_time_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="at least 20 minutes, which ex01 takes"):
        numbers(scores_with(), 15)
    with pytest.raises(ValueError, match="no question within your reach"):
        require_time(ALL, 15)
    require_time(ALL, 20)


def minutes(number):
    return find_exercise(number, ALL).head.minutes


def test_the_time_is_filled_along_the_routes():
    assert numbers(scores_with(), 45)[0] == "ex01"
    for time in (45, 60, 90):
        assert sum(map(minutes, numbers(scores_with(), time))) >= time - 15


def test_the_plan_says_why():
    one = find_exercise("ex01", ALL)
    text = plan_text([one], {one.name: score(one, FAILED, 4)}, 30)
    assert "Interview of 30 minutes, 20 of them planned" in text
    assert "ex01" in text
    assert "4/10 points" in text


def test_the_standing_is_worked_out_afresh(tmp_path):
    (tmp_path / "ex01_softmax").mkdir()
    shutil.copy(ANSWERS / "softmax_right.py", tmp_path / "ex01_softmax" / "softmax.py")
    scores = standing(ALL[:2], tmp_path)
    assert [one.status for one in scores.values()] == [PASSED, NOT_STARTED]
