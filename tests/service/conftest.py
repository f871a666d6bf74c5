"""A small library of texts that have nothing to do with the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.settings import Settings

TEXTS = {
    "havn": """Havnen skal udvides

Byrådet vil udvide havnen med 40 nye pladser til fiskerne. Udvidelsen koster 12 millioner kroner. Den skal stå færdig
i 2027.

Støjen er et problem for naboerne. Derfor må der ikke arbejdes om natten.

– Vi har ventet længe på det her, siger havnechef Grethe Lund.

2 kommentarer

Anders siger:

Støjen bliver forfærdelig, og ingen har spurgt os naboer.

Birgitte Krogh siger:

Jeg glæder mig til flere fiskere i havnen. Fisken bliver friskere.
""",
    "bibliotek": """Biblioteket får nya öppettider

Från och med mars håller biblioteket öppet till klockan åtta på kvällen. Personalen är orolig för tryggheten när det är
ensamt på kvällarna.

Besökarna är nöjda. De slipper stressa efter jobbet.
""",
    "skole": """Skulen får ny hage

Elevane dyrkar gulrøter og poteter i den nye skulehagen. Rektor håpar at dei lærer meir om mat.
""",
    "garden": """The allotment society

Members pay 300 kroner a year for a plot. The society warns against slugs, because they ate every lettuce last summer.
""",
}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over four short texts in four languages, with comments and a quoted person."""
    folder: Path = tmp_path_factory.mktemp("town")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    settings = Settings(data_dir=tmp_path_factory.mktemp("town-data"), seeds=folder, llm_model="")
    with open_assistant(settings) as assistant:
        build(assistant.library, folder)
        yield assistant
