"""The judging model, over real HTTP from a scripted server on loopback; and agreement with people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import pytest

from evaluation.agreement import agreement, read_labels, verdicts
from evaluation.errors import JudgeFailed
from evaluation.judge import Ask, asker, judge_run, load_prompts, parse_faithfulness, parse_relevance
from evaluation.records import Scores
from evaluation.scoring import read_judged
from service.model.client import ModelClient
from tests.evaluation.made import cited, gold, outcome, replied
from tests.service.model.scripted import Body, Refuse, Say, Script, ScriptedModel

FAITHFUL = '{"statements": [{"text": "a", "supported": true}, {"text": "b", "supported": false}]}'
RELEVANT = '{"grade": 2, "reason": "a part is missing"}'
ANSWERED = outcome(replied([cited(1, "d1", 0, 20, "Ann")]), [gold("d1", 0, 20)], identifier="a")


@contextmanager
def judge(script: Script) -> Iterator[tuple[Ask, ScriptedModel]]:
    with ScriptedModel(script) as model:
        client = ModelClient("judge", model.url, "")
        try:
            yield asker(client, seconds=10), model
        finally:
            client.close()


def by_prompt(faithful: str, relevant: str) -> Script:
    """Answers each of the two prompts in its own way."""
    return lambda body: Say([relevant if "grade" in body["messages"][0]["content"] else faithful])


def test_answers_are_judged_and_kept(tmp_path: Path) -> None:
    """One of two statements supported: 1/2; grade 2 of 3: 2/3. Abstentions and failures are not judged."""
    abstained = outcome(replied(answered=False), [], identifier="b")
    with judge(by_prompt(FAITHFUL, RELEVANT)) as (ask, model):
        judged = judge_run(tmp_path, [ANSWERED, abstained, outcome(None, [], identifier="c")], ask)
    assert judged.errors == ()
    assert judged.scores == {"a": {"faithfulness": 1 / 2, "relevance": pytest.approx(2 / 3)}}
    assert read_judged(tmp_path) == judged.scores
    assert len(model.requests) == 2


def test_the_judge_sees_quotes_with_their_speakers_and_only_verbatim_ones(tmp_path: Path) -> None:
    """What is not in the text is no source; a dollar sign in a text is only a dollar sign."""
    reply = replied([cited(1, "d1", 0, 20, "Ann"), cited(2, "d2", 0, 20, None)], "It costs $answer [1].")
    with judge(by_prompt(FAITHFUL, RELEVANT)) as (ask, model):
        judge_run(tmp_path, [outcome(reply, [gold("d1", 0, 20)], verbatim=[True, False])], ask)
    (user,) = [content(body) for body in model.requests if "<sources>" in content(body)]
    assert "[1] Ann in Title d1: qqqqq" in user
    assert "[2]" not in user
    assert "It costs $answer [1]." in user


def content(body: Body) -> str:
    return str(body["messages"][1]["content"])


def test_a_malformed_reply_is_an_error_and_no_score(tmp_path: Path) -> None:
    """It is written down as an error; the question has no judgement."""
    with judge(by_prompt("Yes, faithful.", RELEVANT)) as (ask, _):
        judged = judge_run(tmp_path, [ANSWERED], ask)
    assert judged.scores == {}
    assert judged.errors == ("a: expected JSON from the judge, found 'Yes, faithful.'",)
    assert read_judged(tmp_path) == {}
    assert "error" in json.loads((tmp_path / "judged.jsonl").read_text())


def test_a_judge_that_refuses_is_an_error(tmp_path: Path) -> None:
    """So is one that does not reply."""
    with judge(lambda body: Refuse(401)) as (ask, _):
        judged = judge_run(tmp_path, [ANSWERED], ask)
    assert judged.errors == ("a: expected a reply of the judge judge, found none (refused)",)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "null",
        "{}",
        f"```json\n{FAITHFUL}\n```",
        f"Here it is: {FAITHFUL}",
        FAITHFUL + FAITHFUL,
        FAITHFUL[:-2],
        '{"statements": [], "verdict": "yes"}',
        '{"statements": "yes"}',
        '{"statements": [true]}',
        '{"statements": [{"text": "a"}]}',
        '{"statements": [{"text": "a", "supported": "true"}]}',
        '{"statements": [{"text": "a", "supported": 1}]}',
        '{"statements": [{"text": 1, "supported": true}]}',
        '{"statements": [{"text": "a", "supported": true, "sure": true}]}',
        '{"statements": [], "statements": []}',
    ],
)
def test_faithfulness_is_parsed_strictly(reply: str) -> None:
    """Nothing but the whole object in the asked-for form is taken."""
    with pytest.raises(JudgeFailed, match="from the judge, found"):
        parse_faithfulness(reply)


@pytest.mark.parametrize(
    "reply",
    [
        '{"grade": 4, "reason": ""}',
        '{"grade": -1, "reason": ""}',
        '{"grade": 2.5, "reason": ""}',
        '{"grade": true, "reason": ""}',
        '{"grade": "2", "reason": ""}',
        '{"grade": 2}',
        '{"grade": 2, "reason": null}',
        "3",
    ],
)
def test_relevance_is_parsed_strictly(reply: str) -> None:
    """Only a whole grade of 0 to 3 with a reason in words."""
    with pytest.raises(JudgeFailed, match="from the judge, found"):
        parse_relevance(reply)


def test_well_formed_replies() -> None:
    """Without statements there is nothing unfaithful; grades are shares of the highest."""
    assert parse_faithfulness(' {"statements": []}\n') == 1
    assert [parse_relevance(json.dumps({"grade": grade, "reason": "r"})) for grade in range(4)] == pytest.approx(
        [0, 1 / 3, 2 / 3, 1]
    )


def test_agreement_with_people() -> None:
    """Judge yes yes yes no, people yes yes no no: equal 3/4; chance 3/4·1/2 + 1/4·1/2 = 1/2; kappa 1/2."""
    found = agreement([True, True, True, False], [True, True, False, False])
    assert (found.share, found.kappa, found.count) == (0.75, 0.5, 4)
    assert agreement([True], [True]).kappa is None


def test_labels_are_compared_where_both_are_there(tmp_path: Path) -> None:
    """Faithful means every statement supported; relevant means grade 2 or 3; unlabelled answers do not count."""
    path = tmp_path / "labels.jsonl"
    labels = (
        {"id": "a", "faithful": True, "relevant": True},
        {"id": "b", "faithful": True},
        {"id": "z", "faithful": True},
    )
    path.write_text("\n\n".join(map(json.dumps, labels)))
    scores: dict[str, Scores] = {
        "a": {"faithfulness": 1.0, "relevance": 2 / 3},
        "b": {"faithfulness": 0.9, "relevance": 1.0},
        "c": {"faithfulness": 1.0},
    }
    found = verdicts(scores, read_labels(path))
    assert (found["faithful"].share, found["faithful"].count) == (0.5, 2)
    assert (found["relevant"].share, found["relevant"].count) == (1.0, 1)


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"id": "a", "faithful": "yes"}', '{"id": "a", "good": true}'])
def test_faulty_labels_are_named(tmp_path: Path, line: str) -> None:
    """By their line."""
    path = tmp_path / "labels.jsonl"
    path.write_text(line)
    with pytest.raises(JudgeFailed, match=r"labels\.jsonl line 1: expected"):
        read_labels(path)
    with pytest.raises(JudgeFailed, match="expected readable labels"):
        read_labels(tmp_path / "none")


def test_prompts_must_have_their_names(tmp_path: Path) -> None:
    """The shipped ones do; a missing one, and one with another name to fill in, are errors that name it."""
    shipped = load_prompts()
    with pytest.raises(JudgeFailed, match=r"expected a prompt at .*faithfulness\.system"):
        load_prompts(tmp_path)
    for name, template in shipped.items():
        (tmp_path / f"{name}.md").write_text(template.template)
    assert {name: template.template for name, template in load_prompts(tmp_path).items()} == {
        name: template.template for name, template in shipped.items()
    }
    (tmp_path / "relevance.user.md").write_text(Template("$question").template)
    with pytest.raises(JudgeFailed, match=r"relevance\.user\.md: expected the names answer, question, found question"):
        load_prompts(tmp_path)
