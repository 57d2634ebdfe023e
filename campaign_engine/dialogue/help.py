"""The help card and the matcher for it: in memory, before anything is looked up (safety H1, H2, H4)."""

import re
import unicodedata

from campaign_engine.domain.message import Reply

_SIGNS = r"""
    (kill|hurt|cut|harm|hang|shoot)(ing)? (my ?self|me)
    kms|suicid\w*|self ?harm|end (it all|my life)|(want|wanna|going) (to )?die
    (dont|do not) (want to|wanna) (live|be here|be alive|wake up)|better off (dead|without me)|no reason to live
    (cant|cannot|can not) (do this|take it|take this|go on)

    in danger|not safe|unsafe|emergency|(im|i am|so|really|too) scared|scared (for|of|to)
    help me please|please help me|outside my (house|home|door|building|window)
    (follow|chas|watch|stalk|hunt)(ing|ed) (me|us|him|her)|(being|getting|got) (followed|chased|jumped|robbed)
    jump(ed)? me|looking for me|(after|coming for) me

    (got|been|was|were|is|are|get|someone|somebody) (shot|stabbed|beat(en)?|hurt|killed|murdered|bleeding)
    (shot|stabbed|killed|murdered|hurt) (me|him|her|them|us|my|someone|somebody|at)
    bleeding|(not|isnt|stopped) breathing|gun ?shots?|shots? fired|heard shots|drive ?by
    (is|are|was|were|they|keep) shooting|shooting (at|now|here|outside)

    (has|have|had|got|with|pulled|carry(ing)?|brought|bring(s|ing)?) (a |the |my |his )?(gun|knife|weapon|strap|blade)
    (find|found|buy|need|get|getting) (a |the |my |his )?(gun|knife|weapon|strap|pistol|blade)
    threat(s|en\w*)?|revenge|retaliat\w*|pay ?back|get (him|her|them) back|get back at
    (gonna|going to|will|want to|wanna|tried to|gon) (kill|shoot|stab|hurt|jump|beat|get (me|you|him|her|us|them))

    (hits?|beats?|beating|hitting|touch(es|ed|ing)?|abus\w+|chok(es|ed|ing)|hurts) (me|us)
    rap(e|ed|ing)|molest\w*|domestic violence|(being|am|was|im) abused|makes me (do|touch)

    (my|our) (\w+ )?\w+ (died|is dead|was killed|got killed|passed( away)?|is gone)
    passed away|griev\w*|grief|funeral|rip my|rest in peace|miss (him|her) so
    (they|he|she|who) killed (my|him|her|them)|(he|she) was killed
    lost my (\w+ )?(friend|brother|sister|cousin|mom|mother|dad|father|son|daughter|uncle|aunt|homie|bro)

    (matar|colgar|cortar|lastimar)me|me (quiero|voy a) (matar|morir|cortar|lastimar)|me cort[oe]|quiero morir(me)?
    no quiero (vivir|estar (viv[oa]|aqui))|hacerme dano|mejor muert[oa]|ya no (puedo|aguanto) mas|no aguanto mas

    en peligro|no estoy (segur[oa]|a salvo)|tengo (mucho )?miedo|(ayudame|ayudenme|ayudeme|auxilio|socorro|emergencia)
    me (siguen|persiguen|buscan)|me estan (siguiendo|buscando|persiguiendo)

    dispar(o|os|aron|ando|an)|balazos?|balacera|balas|tiroteo|apunal\w+
    sangr(a|ando|e)|herid[oa]s?|no respira

    (tienen?|traen?|saco|con|traigo|tengo|llevo|lleva) (un |una |el |la )?(pistola|arma|cuchillo|navaja|fusil)
    amenaz\w*|venganza|vengar\w*|me (van|va|quieren|quiere) (a )?(matar|pegar|golpear)
    (van|va|quiere|quieren|voy|quiero) (a )?(matar|pegar|disparar|golpear|lastimar)\w*

    me (pegan?|pego|golpean?|golpeo|tocan?|toco|maltrata|obliga|viola|violo|violaron)
    (abuso|abusa|abusan|abusaron|abusando) de mi|abuso sexual|violacion

    (murio|mataron|fallecio|asesinaron) (a )?mi|(mi|un) \w+ (se )?(murio|fallecio)|se (me )?murio
    en duelo|estoy de luto|perdi a mi|lo mataron|la mataron
"""
"""Harm to oneself, danger, someone hurt, weapons, abuse, grief: in English, then in Spanish without accents.

Too many matches cost a card that was not needed, too few cost more.
"""

_NEED = re.compile(rf"\b(?:{'|'.join(line.strip() for line in _SIGNS.splitlines() if line.strip())})\b")


def help_match(text: str) -> bool:
    """Somebody may be in danger, hurt, threatened, abused or grieving. Never stored, logged or forwarded."""
    return bool(_NEED.search(_plain(text)))


def help_card() -> Reply:
    """The full card; needs no store."""
    return Reply("help.card")


def _plain(text: str) -> str:
    """Lower case without accents and apostrophes, words parted by single spaces."""
    lowered = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in lowered if not unicodedata.combining(sign) and sign not in "'’‘`´")
    return " ".join("".join(sign if sign.isalnum() else " " for sign in letters).split())
