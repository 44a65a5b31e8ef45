"""Refusals of one line in the larger languages of western Europe: "Lo siento, no puedo compartir eso"."""

import re

FOREIGN = re.compile(
    r"\bno (?:te |le |les |lo |me |se )?(?:puedo|podemos|podr[ée]|voy a|estoy autorizad[oa]|debo|quiero|tengo acceso"
    r"|sé\b)"
    r"|\b(?:je|nous) (?:ne |n')(?:(?:vous|te|le|la|les|me|nous) )?"
    r"(?:peux|puis|pouvons|pourrai|suis pas|sommes pas|veux|dois|sais|ferai|donnerai)\b|\bil m'est impossible\b"
    r"|\b(?:kann|können|darf|dürfen|werde|möchte|will|weiß)\b[^.!?]{0,80}?\b(?:nicht|nichts|kein\w*)\b"
    r"|\bnon (?:posso|possiamo|sono (?:in grado|autorizzat\w)|ho accesso|voglio|(?:lo )?so\b)"
    r"|\bnão (?:posso|podemos|vou|sei)\b|\bik (?:kan|mag|zal|wil|weet)\b[^.!?]{0,60}?\b(?:niet|niets|geen)\b"
)
# Words that make it a refusal: an excuse, or a verb of serving.
FOREIGN_SERVICE = re.compile(
    r"\b(?:lo siento|perdón|perdona|disculp\w+|lamento|désolée?|regrette|excusez|leid|leider|entschuldigung|dispiace"
    r"|spiacente|scusa|sinto muito|desculp\w+|spijt|helaas|ayudar\w*|responder\w*|compartir\w*|dar\w{0,4}|decir\w*|sé"
    r"|aider|répondre|partager|donner|dire|sais|sagen|helfen|beantworten|geben|teilen|verraten|weitergeben|weiß"
    r"|aiutar\w*"
    r"|risponder\w*|condivider\w*|dirl?[ao]|so|ajudar|compartilhar|dizer|sei|helpen|delen|geven|zeggen|beantwoorden"
    r"|weet"
    r"|escribir|écrire|schreiben|scrivere|escrever|schrijven)\b"
)


def in_another_language(line: str) -> bool:
    """An inability together with an excuse or a verb of serving, in Spanish, French, German, Italian and others."""
    return FOREIGN.search(line) is not None and FOREIGN_SERVICE.search(line) is not None
