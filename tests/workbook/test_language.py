"""Chinese: every message of the grader's screens has its translation, and the glossary holds."""

import re
from pathlib import Path

import pytest
from grader import language
from grader.exercise import find_exercises

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "zh" / "glossary.md"
PAGES = [ROOT / "docs" / "workbook" / name for name in ("screens.md", "companion.md")]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MESSAGES, HOLED = language._read("chinese")
UNSAID = re.compile(  # names, code, numbers, what pytest itself prints
    r"""^(
      \$\ .* | collected\ .* | =.* | _.*_ | \d+\ (failed|passed|not\ started).*  # pytest
    | ex\d\d_\w+ ([.F-]|\s)* | (pytest|attention-workbook|cd)\ .* | ──\ .*        # commands, names
    | \S+\ =\ .* | output\S*:\ \S+ | \w+\([\w, ={}]*\) | [\d\[\]., -]+             # values
    | …
    )$""",
    re.X,
)


@pytest.fixture(autouse=True)
def in_chinese():
    language.choose("zh")
    yield
    language.choose("en")


def left_in_english(text):
    """Lines in which nothing was translated, though words stand in them."""
    lines = (line.strip() for line in language.said(text).splitlines())
    return [one for one in lines if one and not CHINESE.search(one) and not UNSAID.match(one)]


def test_the_scoreboard_and_what_comes_next_are_chinese():
    page = PAGES[0].read_text("utf-8")
    shown = "\n".join(re.findall(r"^```text\n(.*?)^```", page, re.M | re.S)[:1])
    assert left_in_english(shown) == []
    assert "ex01_softmax" in language.said(shown)


def test_every_title_is_chinese_or_a_name():
    titles = [one.head.title for one in find_exercises()]
    assert [one for one in titles if language.message(one) is None and not one.isascii()] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("ex01: passed, 17 of 17 checks, 10 of 10 points", "ex01：通过，检查 17/17，得分 10/10"),
        ("  x: y: 0.1, not 0.2", "  x: y：得到 0.1，应为 0.2"),
        ("your dq is twice what it should be", "你的 dq 是应有值的 2 倍"),
        (
            "your dq and dk are transposed; your dv has the wrong sign (your out is right)",
            "你的 dq、dk 被转置了；你的 dv 符号反了（你的 out 是对的）",
        ),
        (
            "your softmax is wrong in 2 of its 5 calls, those where `x` holds a 0 and `axis` is "
            "given, and right in the others",
            "你的 softmax 在 5 次调用中有 2 次不对，就是 `x` 里有 0，且给了 `axis` 的那些，"
            "其余都对",
        ),
        ("1/15  ex01 · Softmax and its backward pass", "1/15  ex01 · softmax 及其反向传播"),
        (
            "`np.sum` in line 3 should be another function: with that, all 4 calls of your f are "
            "right",
            "第 3 行的 `np.sum` 需要另一个函数：改好之后，你的 f 的 4 次调用全部正确",
        ),
        (
            "2 places at once: `x` in line 1 should have the other sign; `2` in line 3 should be "
            "another number: with that, this call is right",
            "有两处同时出错：第 1 行的 `x` 需要相反的符号；第 3 行的 `2` 需要另一个数。都改好之后，"
            "这次调用就正确了",
        ),
        ("nothing of the kind is known", "nothing of the kind is known"),
        ("  pytest exercises/ex01_softmax", "  pytest exercises/ex01_softmax"),
        ("", ""),
    ],
)
def test_messages(english, chinese):
    assert language.said(english) == chinese


def test_columns_stay_where_they_are():
    english = "exercise      level  checks   points\nex01_softmax  ●○○      6/15     4/10  failed"
    head, row = language.said(english).splitlines()
    assert language.width(head[: head.index("检查项")]) == english.index("checks")
    assert row == "ex01_softmax  ●○○      6/15     4/10  未通过"


def test_holes_of_a_message_are_those_of_its_translation():
    for one in HOLED:
        assert set(language.HOLE.findall(one.translation)) <= set(one.pattern.groupindex), one
    told = [*MESSAGES.values(), *(language.HOLE.sub("", one.translation) for one in HOLED)]
    assert [one for one in told if re.search(r"\w", one) and not CHINESE.search(one)] == []


def test_lines_break_between_characters_and_never_before_a_comma():
    lines = language.broken("你的 softmax 沿第一个轴计算，不给 axis 时应沿最后一个轴。", 16)
    assert max(map(language.width, lines)) <= 18
    assert not any(line[:1] in language.NEVER_FIRST for line in lines)
    assert "".join(lines).replace(" ", "") == (
        "你的softmax沿第一个轴计算，不给axis时应沿最后一个轴。"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_CN", "LC_ALL": "C"}, "en"), ({}, "en")],
)
def test_the_systems_language_is_the_default(variables, expected, monkeypatch):
    language.choose(None)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language.chosen() == expected


def test_another_language_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="say en or zh"):
        language.choose("fr")


def chinese_texts():
    """Every page and catalogue that holds Chinese, but the glossary itself."""
    rooms = ("exercises", "solutions", "docs/zh")
    pages = [path for room in rooms for path in (ROOT / room).rglob("*.md") if path != GLOSSARY]
    pages += Path(language.__file__).with_name("chinese").glob("*.json")
    return {str(path): path.read_text("utf-8") for path in pages}


def test_the_glossary_holds_in_all_chinese():
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", GLOSSARY.read_text("utf-8"), re.M)[1:]
    avoided = [word for *_, words in rows for word in words.split("、") if word != "---"]
    assert len(avoided) > 12
    found = [(name, word) for name, text in chinese_texts().items() for word in avoided
             if word in text]  # fmt: skip
    assert found == []


def test_stilted_sentences_are_gone_and_the_better_ones_are_used():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", GLOSSARY.read_text("utf-8"), re.M)
    pairs = [row for row in rows if row[0] not in ("不写作", "---")]
    assert len(pairs) == 12
    everything = "".join(chinese_texts().values())
    assert [stilted for stilted, _ in pairs if stilted in everything] == []
    assert [better for _, better in pairs if better not in everything] == []
