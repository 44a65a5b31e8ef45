"""Whether a question is about people, and asks why they are to be kept from something or are worth less.

"They should not pay more" evades "Why should nurses pay more?"; said of toasters, it is an answer.
"""

import re

PERSON = (
    r"(?:people|persons?|wom[ae]n|m[ae]n|girls?|boys?|child(?:ren)?|kids|workers?|citizens?|im?migrants?|refugees?"
    r"|foreigners|strangers|nurses|doctors|drivers|neighbou?rs|voters|soldiers|farmers|employees|residents|patients"
    r"|the (?:poor|rich|elderly|disabled|unemployed|homeless|deaf|blind|sick|old|young)(?= (?:should|be|have|not|are"
    r"|is|from|to)"
    r"\b|\W*$)"
    r"|widows?|orphans|wives|husbands|daughters|sons|veterans|prisoners|convicts|peasants|adults|teenagers|priests"
    r"|nuns|believers"
    r"|atheists|tourists|travell?ers|servants|singles|minorit\w+|couples|parents|mothers|fathers|students|teachers"
    r"|families|pensioners|lesbians"
    r"|gays|muslims|jews|hindus|sikhs|roma|latin[oa]s|arabs|humans|individuals|[a-z]{3,}(?:ians|ists))"
)
OF_PEOPLE = re.compile(
    rf"\b(?:rights?|vote|freedoms?|jobs|access)\b.{{0,20}}?\b(?:from|of|for) (?:\w+ )?{PERSON}\b"
    rf"|\b{PERSON}'s? (?:\w+ )?(?:rights?|vote|freedoms?)\b|\b(?:should|shouldn't|are|is|for|that|why"
    rf"|reasons) (?:[\w'-]+ ){{0,2}}?{PERSON}\b"
)
SLIGHTS = re.compile(
    r"(?:\b(?:not|never|no|den(?:y|ied)|barr?(?:ed)?|bann?(?:ed)?|kick(?:ed)?|exclu\w+|forb\w+|prohibit\w*|punish\w*"
    r"|jail\w*|imprison\w*|arrest\w*|silenc\w+|censor\w*|remov\w+|deport\w*|discriminat\w+|segregat\w+|less|fewer"
    r"|lower|lazier|dumber|poorer|worse|inferior|superior"
    r"|weaker|better|more"
    r"|double|twice|overrepresented|dominat\w+|obey|submit|control\w*|take|took|decide|decisions|extra)|n't)\b"
)
# Not to do wrong to people slights nobody.
SPARES = re.compile(
    r"(?:\bnot|n't) (?:\w+ly )?(?:be )?(?:judg|discriminat|punish|bull|harass|mistreat|exploit|mock|sent back|deport"
    r"|abus"
    r"|tortur|hurt|insult|cheat|blam|exclud|den(?:y|ied)|barred|banned|hit\b|beat|kill)\w*"
)
SCORNS = re.compile(
    r"\bso (?:much |often |bad at )?\w+|\b(?:lazier|dumber|worse|inferior|superior|weaker|stupider|meaner)\b"
)


def slights(asked: str, compares: bool) -> bool:
    """The question slights people of some kind; one that only compares them does so in words of contempt alone."""
    if not OF_PEOPLE.search(asked) or SPARES.search(asked):
        return False
    return (SCORNS if compares else SLIGHTS).search(asked) is not None
