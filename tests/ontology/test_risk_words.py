"""Common causes that cannot be meant are refused with file, subject and the way out."""

from pathlib import Path

import pytest

from tests.ontology.turtle import write
from thread.errors import InputError
from thread.ontology import load_ontology

KIND = "my:Pump rdfs:subClassOf thr:Asset ; thr:commonCause {} ."
REFUSED = [
    ("[ thr:by thr:fromBatch ; thr:beta 1.2 ]", "not one number in [0, 1]"),
    ("[ thr:by thr:fromBatch ; thr:beta -0.1 ]", "not one number in [0, 1]"),
    ('[ thr:by thr:fromBatch ; thr:beta "some" ]', "not one number in [0, 1]"),
    ("[ thr:by thr:fromBatch ]", "thr:beta is nothing"),
    ("[ thr:by my:lot ; thr:beta 0.1 ]", "one relation"),
    ("[ thr:beta 0.1 ]", "one relation"),
    ("[ thr:by thr:fromBatch ; thr:beta 0.6 ] , [ thr:by thr:suppliedBy ; thr:beta 0.6 ]", "more than there are"),
    ("[ thr:by thr:fromBatch ; thr:beta 0.1 ; thr:badShare 0.1 ]", "go together"),
    ("[ thr:by thr:fromBatch ; thr:beta 0.1 ; thr:badShare 0.1 ; thr:badHazard 0.5 ]", "thr:badHazard"),
]


@pytest.mark.parametrize(("said", "why"), REFUSED)
def test_a_share_that_cannot_be_meant_is_refused(tmp_path: Path, said: str, why: str) -> None:
    path = write(tmp_path, KIND.format(said))
    with pytest.raises(InputError) as error:
        load_ontology([path])
    assert error.value.code == "bad-ontology"
    assert why in str(error.value)
    assert path.name in str(error.value)
    assert "urn:my#Pump" in str(error.value)


def test_common_causes_are_inherited_and_a_subkind_may_say_others(tmp_path: Path) -> None:
    text = KIND.format("[ thr:by thr:fromBatch ; thr:beta 0.05 ]") + (
        " my:Booster rdfs:subClassOf my:Pump . my:Spare rdfs:subClassOf my:Pump ;"
        " thr:commonCause [ thr:by thr:suppliedBy ; thr:beta 0.1 ; thr:badShare 0.02 ; thr:badHazard 4.0 ] ."
    )
    ontology = load_ontology([write(tmp_path, text)])
    pump, booster, spare = (ontology.by_name[name] for name in ("Pump", "Booster", "Spare"))
    assert [(c.by.rpartition("#")[2], c.beta) for c in pump.common_causes] == [("fromBatch", 0.05)]
    assert booster.common_causes == pump.common_causes
    (cause,) = spare.common_causes
    assert (cause.beta, cause.bad_share, cause.bad_hazard) == (0.1, 0.02, 4.0)
