"""A heading of an article as the question that its section answers: to offer to visitors, and to draft question files.

Only the form of the heading is looked at. What makes no sensible question is left alone rather than bent into one.
"""

from __future__ import annotations

import re

from index.words import analyse

_LONGEST = 90
"""Characters of a heading beyond which it is a sentence of its own; the longest of the question sets' sites has 66."""

_EDGE = re.compile(r"^[\W_]+|[\s:;,.!–—-]+$")
_NUMBER = re.compile(r"^(?:step\s+)?\d+[.):]\s+", re.IGNORECASE)
_AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|can|cannot|can['’]t|could|should|will|won['’]t|would|may|might|must|has|have|"
    r"isn['’]t|aren['’]t|don['’]t|doesn['’]t)"
)
_SUBJECT_ASKED = re.compile(r"(?:what(?:['’]s)?|who|which)\b", re.IGNORECASE)
_TURNED = re.compile(rf"(?:why|when|where|how(?: \w+)?) {_AUXILIARY}\b", re.IGNORECASE)
_STRAIGHT = re.compile(
    r"(why|when|where|how\b.*?|what\b.*?|which\b.*?) I (can|could|should|must|may|might|will|am)\b(?!['’])(.*)",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"(?:is|are|was|were|does|did|can|could|should|will|would|may|might|must|has|isn['’]t|aren['’]t|doesn['’]t)\b"
    r"|(?:am|do|have|don['’]t) (?:I|we|they|he|she|it)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?:why|when|where|how|whether)\b", re.IGNORECASE)
_INFINITIVE = re.compile(
    r"(how(?: (?:long|often|soon|far|fast|much|many))?|when|where|what|who|which(?: \w+){1,2}) (not )?to (.+)",
    re.IGNORECASE,
)
_NOUNS = re.compile(
    r"(?:the\s+)?(?:\w+\s+)?(?:symptoms|signs|causes|reasons|benefits|risks|side effects|types|kinds|treatments|"
    r"options|tips|steps|exercises|complications|advantages|disadvantages|risk factors)\b",
    re.IGNORECASE,
)
_CASE = re.compile(r"if\b", re.IGNORECASE)
_CLAUSE = re.compile(rf"\b{_AUXILIARY}\b", re.IGNORECASE)
_ADVICE = re.compile(
    r"(?:add|apply|ask|avoid|be|bring|build|buy|choose|consider|do|don['’]t|do not|eat|ensure|find|follow|get|give|go|"
    r"have|keep|know|learn|let|limit|listen|maintain|make|never|pick|prepare|protect|put|reduce|remember|remove|"
    r"replace|see|seek|stay|strengthen|take|tell|think|treat|try|wait|wear)\s+\w"
    r"|(?:book|build|call|change|check|clean|cool|cut|ice|increase|lift|look|move|plan|plant|raise|rest|run|set|start|"
    r"stop|store|stretch|use|walk|warm|wash|watch|water)\s+"
    r"(?:a|an|all|any|as|at|away|before|both|by|down|every|for|from|in|into|it|less|more|my|off|on|only|out|over|the|"
    r"them|this|to|up|when|with|your|yourself)\b"
    # Any other word before "the" or "your" is mostly a verb, too, unless it is one of these or a gerund.
    r"|(?!(?:about|after|all|and|as|at|before|behind|between|beyond|both|by|during|for|from|half|in|inside|near|not|of|"
    r"off|on|or|outside|over|past|since|than|through|to|under|until|with|without|\w+ing|"
    r"if|when|where|why|how|what|which|who|whether|because|while)\b)"
    r"\w+(?: up| down)? (?:the|your|my|it|them)\b",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"(?:.*\bquestions\b.*\b(?:ask|asked)\b.*|(?:frequently asked )?questions(?: and answers)?|faqs?|introduction|"
    r"overview|summary|in short|at a glance|conclusions?|key (?:points|facts|takeaways)|takeaways?|contents|"
    r"table of contents|references|sources|notes|footnotes|further reading|read more|learn more|see also|related.*|"
    r"what (?:you|I) (?:need|have|ought) to know|about (?:us|this.*|the authors?)|"
    r"authors?|contact(?: us)?|disclaimer|credits|appendix|more|other|general|"
    r"background|final thoughts|the bottom line|bottom line)",
    re.IGNORECASE,
)
"""Headings that say what place a section has, and not what it is about."""

_SUBORDINATE = r"(?:if|when|where|while|before|after|until|unless|once|because|that|what|why|how|whether|should)"
_MINE = (
    (re.compile(r"\byour\b", re.IGNORECASE), "my"),
    (re.compile(r"\byours\b", re.IGNORECASE), "mine"),
    (re.compile(r"\byourself\b", re.IGNORECASE), "myself"),
    (re.compile(r"\byou(?: are|['’]re)\b", re.IGNORECASE), "I am"),
    (re.compile(rf"\b({_SUBORDINATE}) you\b", re.IGNORECASE), r"\1 I"),
    (re.compile(rf"^({_AUXILIARY}) you\b", re.IGNORECASE), r"\1 I"),
    (re.compile(r"\byou$", re.IGNORECASE), "me"),
)


def question(heading: str, subject: str = "") -> str | None:
    """The heading as a question; None where that makes no sense ("Summary", a whole sentence).

    "How to sow peas" -> "How do I sow peas?", "Causes" -> "What are the causes?", "If it bleeds" -> "What should I do
    if it bleeds?", "Take breaks" -> "Why should I take breaks?", "Slugs" -> "What should I know about slugs?"; what is
    a question stays one. `subject` is named where a heading that is no question does not name it itself.
    """
    text = _NUMBER.sub("", _EDGE.sub("", " ".join(heading.split())))
    if text.endswith("?"):
        return text
    text = _mine(text)
    if not any(letter.isalpha() for letter in text) or len(text) > _LONGEST or _PLACES.fullmatch(text):
        return None
    asked = None if re.search(r"\byou\b", text, re.IGNORECASE) else _asked(text)
    about = f" ({subject})" if subject and not set(analyse(subject)) & set(analyse(text)) else ""
    return f"{asked}{about}?" if asked else None


def lowered(text: str) -> str:
    """With a small first letter, unless the first word is an abbreviation or stands in capitals by itself."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() or len(first) == 1 else text[:1].lower() + text[1:]


def plain(heading: str) -> str:
    """The heading without marks at its edges."""
    return _EDGE.sub("", heading)


def _asked(text: str) -> str | None:
    infinitive = _INFINITIVE.fullmatch(text)
    if infinitive:
        asking, refused, rest = infinitive.groups()
        verb = "do" if asking.lower() == "how" and not refused else "should"
        return f"{asking.capitalize()} {verb} I {'not ' if refused else ''}{rest}"
    straight = _STRAIGHT.fullmatch(text)
    if straight:
        return f"{straight[1].capitalize()} {straight[2]} I{straight[3]}"
    if _SUBJECT_ASKED.match(text) or _TURNED.match(text) or _YES_NO.match(text):
        return f"{text[:1].upper()}{text[1:]}"
    if _CASE.match(text):
        return f"What should I do {lowered(text)}"
    if _ADVICE.match(text):
        return _advice(text)
    if _NOUNS.match(text):
        return f"What are the {lowered(re.sub('^the ', '', text, flags=re.IGNORECASE))}"
    if _CLAUSE.search(text) and not _OPEN.match(text):
        return None
    return f"What should I know about {lowered(text)}"


def _advice(text: str) -> str:
    """Why one should, or should not."""
    rest, refused = re.subn(r"^(?:don['’]t|do not|never)\s+", "", text, flags=re.IGNORECASE)
    return f"Why should I {'not ' if refused else ''}{lowered(rest)}"


def _mine(text: str) -> str:
    """The heading as the reader would say it."""
    for pattern, word in _MINE:
        text = pattern.sub(word, text)
    return text
