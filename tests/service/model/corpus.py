"""Eight short texts in five languages on two topics, with names and numbers that a model may get wrong."""

from __future__ import annotations

from pathlib import Path

TEXTS: dict[str, str] = {
    "garden_en": """The garden behind the station

The community garden behind the old station has 42 beds and a waiting list of 310 people. Ingrid Solheim, who started it, says that neighbours who grow vegetables together begin to trust each other. The city pays for the water. Last year the garden produced 1,500 kilos of potatoes, and most of them were given to the food bank.

Critics think that the land should be used for housing. They say that a garden is a luxury in a city where rents have doubled in ten years.
""",
    "haven_da": """Haven på havnen

Fælleshaven på havnen blev åbnet i 2014 og har 28 bede. Kommunen betaler 75.000 kroner om året for jord og redskaber. Naboerne siger, at haven skaber tillid mellem mennesker, der ellers aldrig ville tale sammen.

Nogle mener, at haven er for dyr. De foreslår i stedet en legeplads, som børnene kan bruge hele året.
""",
    "hagen_nb": """Hagen ved elva

Felleshagen ved elva har vært stengt i to år fordi jorda var forurenset. Kommunen målte 18 milligram bly per kilo jord. Beboerne krever at hagen åpnes igjen til våren, og de vil betale for ny jord selv.

Felleshagen er viktig for de eldre i nabolaget, som møtes der hver onsdag.
""",
    "hagen_nn": """Skulehagen

Elevane på skulen dyrkar gulrøter og poteter i skulehagen. Rektoren meiner at elevane lærer meir om mat i hagen enn i klasserommet. Hagen kostar 12 000 kroner i året, og foreldra betaler halvparten.
""",
    "odling_sv": """Odlingen på taket

På taket till köpcentret odlas sallad och tomater sedan 2019. Ägaren säger att odlingen sparar pengar, eftersom taket blir svalare på sommaren. Temperaturen har sjunkit med 6 grader.

Grannarna är mindre nöjda. De klagar på att pumparna bullrar på natten.
""",
    "bikes_en": """Bicycle lanes on Main Street

The new bicycle lanes on Main Street cost 2.4 million and were finished in May. Shopkeepers were afraid of losing customers, but sales rose by 8 percent. Marcus Webb of the traders' association admits that he was wrong about the lanes.

Drivers complain that it now takes longer to cross the city.
""",
    "cykel_da": """Cykelstier i byen

Kommunen vil bygge 14 kilometer nye cykelstier i byen inden 2027. Borgmesteren siger, at cykelstierne gør byen sundere og mere stille. Bilisterne er bekymrede, fordi parkeringspladserne forsvinder.
""",
    "cykel_sv": """Cykelbanor på vintern

Staden sopar cykelbanorna klockan fem varje morgon på vintern. Antalet cyklister har ökat med 30 procent på tre år. Forskaren Lina Ek menar att snöröjningen betyder mer än nya banor.
""",
}


def write_corpus(folder: Path, extra: dict[str, str] | None = None) -> None:
    """Write the texts, and those in `extra`, as files."""
    for name, text in {**TEXTS, **(extra or {})}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
