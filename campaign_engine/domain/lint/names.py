"""Names of people: nobody is named who cannot be asked (safety N1, I2; content: kinds)."""

import re
from collections.abc import Iterator
from functools import lru_cache

from campaign_engine.domain.lint.finding import Finding, Severity
from campaign_engine.domain.lint.source import folded, line_at, prose

_CAPITAL = r"[A-ZÁÉÍÓÚÑÜ][a-záéíóúñü]+(?:['’-][A-ZÁÉÍÓÚÑÜ]?[a-záéíóúñü]+)*"
_RUN = re.compile(rf"(?<![\w@#]){_CAPITAL}(?: {_CAPITAL})*(?!\w)")
_HANDLE = re.compile(r"(?<![\w/.@])@[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])")
_AGE = re.compile(r",? (?:\(?1?\d\)?\b|age[ds]? \d|de \d+ años)")
_REMEMBERED = re.compile(
    r"(?i:\b(?:r\.?i\.?p\.?|rest in (?:peace|power)|in (?:loving )?memory of|justice for|long live|fly high"
    r"|q\.?e\.?p\.?d\.?|descansa en paz|en memoria de|justicia para|vuela alto|que viva))[,:]? +"
    rf"(?P<name>{_CAPITAL}(?: {_CAPITAL})*)"
)
_NEAR = re.compile(
    r"(?i:\b(?:remember|remembering|named|called|friend|brother|sister|cousin|son|daughter|miss|love|honor|shot|killed"
    r"|lost|hurt|recordamos a|recordar a|llamad[oa]|amig[oa]|herman[oa]|prim[oa]|hij[oa]|extrañamos a|perdimos a"
    r"|mataron a|hirieron a))[,:]? $"
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BEFORE = re.compile(r"(\w+)(?: de| del| of)? $")
"""`parque Marcus Garvey`, `Día de Martin Luther King` are places and days."""

_GIVEN = _listed(
    """aaliyah aaron abdul adam adrian ahmed aisha alberto alejandra alejandro alexis ali alicia amanda amara amir ana
    andre andrea andrew anthony antonio ashley benjamin bianca brandon breonna brianna bryan camila carla carlos
    carmen catherine cesar chris christian christina christopher claudia cristian cynthia daniel daniela darius darnell
    david deandre deshawn devin devon diana diego dominic dwayne edgar eduardo edwin elena elijah emily emmanuel enrique
    eric erica ernesto esteban ethan fatima felipe felix fernando francisco gabriel gabriela george gerald gerardo
    gloria guillermo hassan hector henry ibrahim imani isabella isaiah isaac ivan jacob jada jaden jamal james jamel
    jasmine jason javier jayden jaylen jefferson jeremiah jeremy jerome jesse jessica joaquin joel john jonathan jorge
    jose joseph joshua juan juana julian julio justin kareem karen karina karla keisha kelvin kenneth kevin keyshawn
    khalil kiara kyle lamar laquan latoya laura leonardo leslie linda lisa lorenzo lucas lucia luis luz malik manuel
    marcus margarita maria mariah mariana mario marisol marquis martin mary mateo matthew mauricio melissa michael
    michelle miguel miriam mohammed monica muhammad nadia naomi natalia natalie nathan nicole noah omar oscar pablo
    patricia patrick paul paula pedro priscilla rachel rafael ramon raquel rashad raul raymond rebecca ricardo richard
    robert roberto rodrigo ronald ruben samantha samuel sandra santiago sara sarah sebastian sergio shanice shaquille
    sofia sonia stephanie stephen steven susana tamika tanya tanisha tasha teresa terrell terrence thomas tiffany
    timothy tomas trayvon treyvon tyler tyrell tyrone tyshawn valentina valeria vanessa veronica vicente victor victoria
    vincent william xavier yesenia yusuf zachary zion"""
)
"""Common in New York in both languages; names that are also words, months or places are left out."""

_NOT_PEOPLE = _listed(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
    diciembre lunes martes miercoles jueves viernes sabado domingo spanish english new york city nueva brooklyn bronx
    queens manhattan staten island harlem brownsville bushwick bedford stuyvesant crown heights east west north south
    upper lower flatbush jamaica corona astoria long square park parque street avenue boulevard road place plaza court
    houses towers village garden gardens bridge station school high academy college university escuela colegio center
    centre centro church iglesia temple mosque library biblioteca hall room house casa club camp field court gym
    community comunidad youth peace paz project program team group foundation alliance coalition council department
    office line network safe cure crisis text day week month year night dia semana noche christmas navidad thanksgiving
    gracias hope life rising save our streets street corps man up justice all everyone"""
)


def named_in(source: str, kind: str, language: str, places: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """Persons and handles; a hint, because it is a guess, but in an aftermath text nobody stands at all (safety I2).

    `places` are names of neighbourhoods, which are no people.
    """
    sight = prose(source)
    severity = Severity.MUST if kind == "aftermath" else Severity.BETTER
    spans = sorted({*_people(sight, places), *(found.span() for found in _HANDLE.finditer(sight))})
    findings = []
    for start, end in spans:
        found = source[start:end]
        code = "handle" if found.startswith("@") else "name"
        findings.append(Finding(code, severity, language, found, start=start, line=line_at(source, start)))
    return tuple(findings)


def _people(sight: str, places: frozenset[str]) -> Iterator[tuple[int, int]]:
    not_people = _NOT_PEOPLE | _words_of(places)
    remembered = {found.span("name") for found in _REMEMBERED.finditer(sight)}
    for span in remembered:
        if not _is_place(sight[slice(*span)], not_people):
            yield span
    for found in _RUN.finditer(sight):
        if any(first < found.end() and found.start() < last for first, last in remembered):
            continue
        yield from _in_run(sight, found.start(), found[0].split(), not_people)


def _in_run(sight: str, start: int, words: list[str], not_people: frozenset[str]) -> Iterator[tuple[int, int]]:
    end = start + len(" ".join(words))
    given = next((place for place, word in enumerate(words) if folded(word) in _GIVEN), None)
    if given is not None:
        words, start = words[given:], end - len(" ".join(words[given:]))
    before = _BEFORE.search(sight[:start])
    if any(_is_place(word, not_people) for word in words) or (before and _is_place(before[1], not_people)):
        return
    with_surname = given is not None and len(words) > 1
    with_age = given is not None and _AGE.match(sight, end)
    near = len(words) > 1 and _NEAR.search(sight[max(0, start - 20) : start])
    if with_surname or with_age or near or (given is not None and _NEAR.search(sight[max(0, start - 20) : start])):
        yield start, end


def _is_place(name: str, not_people: frozenset[str]) -> bool:
    return any(word in not_people for word in folded(name).split())


@lru_cache(maxsize=8)
def _words_of(places: frozenset[str]) -> frozenset[str]:
    return frozenset(word for place in places for word in re.findall(r"\w+", folded(place)))
