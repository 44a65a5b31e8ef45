"""English words by which the rule teacher tells what a sentence says: verbs, traits, feelings, kinship, places.

They are everyday words, taken from no text in particular; a book in another language needs lists of its own, or another
teacher.
"""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = "Mr Mrs Miss Ms Dr Sir Lady Lord Dame Colonel Captain Major Aunt Uncle Father Professor King Queen Prince"

NOT_NAMES = words(
    """
    I Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August
    September October November December Christmas Easter Michaelmas God Heaven Heavens Lord English French German
    Italian Latin Greek Chapter Volume Book Part Yes No Oh Ah Well Ladyship Madam Sir Yours Adieu O Mr Mrs Miss Ms
    Dr Providence Nature
    """
)

AUXILIARIES = words(
    """
    was were is are had has have could would should might must did does do will can may shall never
    """
)

IRREGULAR = words(
    """
    arose ate awoke became began bent bet bit blew bore bound bought broke brought built burnt came caught chose
    clung crept cut dealt drank drew dreamt drove dug fed fell felt fled flew flung forbade forgave forgot fought
    found froze gave got grew ground heard held hid hit hung hurt kept knelt knew laid lay leant learnt led left
    lent let lit lost made meant met mistook paid put quit ran rang read rode rose said sang sank sat saw sent set
    shook shone shot shut slept slid sold sought spent spoke sprang spread stole stood stuck struck swam swore swept
    swung taught thought threw told took tore understood undertook went wept withdrew woke won wore wound wrote
    """
)
NOT_VERBS = words("indeed hundred kindred sacred wicked naked speed seed deed need weed beloved")

SPEECH = words(
    """
    said says cried replied answered asked added called continued exclaimed returned whispered repeated began told
    observed declared shouted muttered
    """
)

INTERACTION = words(
    """
    accepted accompanied accused addressed admired adored advised allowed answered approached asked assisted assured
    attended begged believed blamed called carried chose comforted congratulated consulted danced defended deserved
    detested disliked dreaded embraced encouraged entreated esteemed excused expected feared followed forgave gave
    greeted hated helped hugged informed insulted introduced invited joined kissed led left liked loved married met
    missed neglected noticed obliged offered offended passed persuaded praised preferred promised proposed
    quarrelled received recommended refused rejected remembered reproached resembled respected saved saw sent shook
    spoke supported taught teased thanked told took trusted visited walked wanted warned watched welcomed wished
    wrote
    """
)

TRAITS = words(
    """
    tall able absurd accomplished active affable affectionate agreeable amiable amusing arrogant artful attentive
    awkward bald beautiful beauty blind blunt bold boy brave brilliant brisk calm careful careless caller captain
    cautious celebrated charming charms cheerful child civil clergyman clever clerk coarse cold composed conceited
    confident considerate constant countenance courageous cross cruel cunning curious dancer daughter deaf deceitful
    decent delicate dignified diligent discreet dull eldest elegant employer fair faithful farmer fat father fine
    fisherman fond foolish forgiving formal fortune frank friendly gallant generous genteel gentle gentleman
    gentlemanlike girl good good-humoured good-looking good-natured graceful grave great habit handsome haughty
    healthy heir honest honourable horrid humble humour idle ignorant imprudent indolent industrious innocent
    insolent inspector intelligent intimate judgment keen kind lady lazy learned lively lonely loud lovely loyal man
    manner manners mayor mean merchant mistress modest neat nephew niece noble obstinate odd officer old orphan
    patient perfect plain playful pleasant pleasing polite pompous poor powerful pretty pride prejudiced proud
    prudent quick rector reserved respectable rich rude sailor satirical selfish sensible severe sharp shopkeeper
    shy silent silly simple sincere smart soldier solemn son stately stern stout strong stubborn stupid stylish
    sweet talkative tall teacher temper tender thin thoughtful thoughtless timid trade tradesman truthful ugly
    unaffected understanding uncommon unfeeling vain vanity vicious violent virtuous vulgar warm weak well-bred
    widow wife wild wise wit witty woman worthy young youngest
    """
)

QUALITIES = words(
    """
    air character countenance disposition eyes face features figure genius habit hair head heart humour judgment manner
    manners mind person pride sense spirits talent talents taste temper understanding vanity voice wit
    """
)

FEELINGS = words(
    """
    afraid agitated agitation alarm alarmed amazed amused anger angry anxiety anxious ashamed astonished
    astonishment bitterly blushed chagrin cheered comforted compassion concern concerned confused confusion contempt
    content curiosity curious dejected delight delighted despair despised detested disappointed disappointment
    discomposed disconcerted discontented disdain disgust dislike disliked displeased dissatisfied distress
    distressed disturbed doubt dread dreaded eager embarrassed embarrassment envied envy esteem exasperated excited
    fear feared feelings flattered flutter fondness fretted frightened glad grateful gratified gratitude grief
    grieved guilty happiness happy hated horror humbled humiliation hurt impatience impatient impressed indifferent
    indignant indignation irritated jealous jealousy joy loved loneliness lonely melancholy merry miserable misery
    mortification mortified nervous offended overcome oppressed pain pained perplexed perturbed pity pleased
    pleasure proud puzzled rage rejoiced relief relieved regret regretted resentment resented restless sad
    satisfaction satisfied scorn shame shocked sick sorrow sorry startled suffered surprise surprised suspicious
    tears tenderness terrified thankful tired triumph troubled uncomfortable uneasiness uneasy unhappy upset
    vexation vexed wept wonder wondered worried wretched
    """
)

OPINION = words(
    """
    believed considered convinced disapproved doubted fancied feared found guessed imagined judged knew liked
    perceived preferred reflected saw supposed suspected thought trusted understood
    """
)
INTENTION = words(
    "decided desired determined intended meant planned proposed resolved wished wanted hoped longed vowed"
)
REACTIONS = words(
    """
    bowed blushed coloured curtsied frowned gasped grinned hesitated laughed nodded paused shrugged sighed simpered
    smiled sobbed stared started trembled wept winced yawned
    """
)
REPORTS = words(
    """
    acknowledged added admitted agreed announced answered assured begged complained confessed continued declared
    described explained expressed informed insisted invited mentioned observed owned promised protested related
    replied reported stated thanked told urged warned
    """
)
REGARD = words(
    """
    admired admiration adored affection attached attachment detested despised disliked dislike engaged esteem
    esteemed fond friend friendship gratitude hated intimate jealous love loved married partial preferred prejudice
    regard resented respect respected trusted
    """
)

RELATIVES = words(
    """
    acquaintance aunt betrothed bride bridegroom brother brothers brother-in-law child children colleague companion
    cousin cousins daughter daughters employer enemy enemies father favourite friend friends guardian guest heir
    husband landlord lover lovers master mother mother-in-law neighbour neighbours nephew niece parent parents
    partner partners patron patroness pupil relation relations relative rival rivals servant sister sisters
    sister-in-law son sons teacher uncle widow wife
    """
)

KIN = words(
    """
    acquaintance aunt beloved betrothed bride bridegroom brother brother-in-law child children colleague companion
    cousin daughter employer enemy engaged engagement esteem family father favourite foe friend friends friendship
    fiance guest heir husband intimate intimacy guardian landlord lover loved married marry master mother mother-in-
    law neighbour nephew niece parent parents partner patron patroness pupil regard relation relations relative
    rival servant sister sisters sister-in-law son teacher uncle widow wife attached attachment affection partial
    partiality preference dislike hatred admiration admired
    """
)

PLACE_NOUNS = words(
    """
    abbey acre acres apartment avenue bank barn bay bed beach bridge building castle cathedral chapel church city
    cliff coast cottage country county court door east estate farm ferry field forest garden gate grounds grove hall
    harbour hedge hill hospital hotel house houses inhabitants inn island lake land landing lane library lighthouse
    lodge mansion market meadow mile miles mill mountain mountains neighbourhood north office palace parish park
    parlour parsonage paling path pier pond population port prospect railway residence river road roof room rooms
    school sea seat ship shop shore shrubbery situated situation south spring square staircase station store stream
    street table tower town trees valley view village walk wall walls water wells west windows wood woods yard
    stands stood lies lay
    """
)
PLACE_ENDINGS = words(
    """
    Abbey Bay Bridge Castle Church College Common Cottage Court Cross Farm Field Forest Green Grove Hall Harbour
    Hill Hole House Inn Island Isle Lake Lane Lodge Manor Mill Mount Mountain Office Palace Park Parsonage Pass Pier
    Place Point Port River Road School Shire Square Station Street Tower Town Valley Village Wood Woods Yard
    """
)
PERSON_WORDS = words("herself himself who")

OBJECTS = words(
    """
    anchor apple axe bag barrel basket bell bench blanket boat book bottle box bracelet bread bucket button cake
    candle cane cap cart carpet carriage chaise chain chest clock cloak coach coat coin coins compass cup curtain
    desk diary dress drum entail estate fan fence fiddle fireplace flag flour flute fruit furniture glove gloves
    gown gun hammer handkerchief harp hat horn horse instrument jewel journal kettle key knife lace ladder lamp
    lantern ledger letter lens locket loaf manuscript map medal miniature mirror mug music necklace needle
    net newspaper note notebook novel oar oil package painting pan paper parasol parcel pearl pen pencil phial piano
    pianoforte picture pipe pistol plate portrait pot pouch purse quill ribbon ring robe rod rope sack saddle sail
    saw scarf sceptre screen seal sewing ship shield shoes shovel silver sledge slate sofa spade spectacles spoon
    staff stick stove sword telescope tool torch trunk umbrella veil violin wallet wand watch weapon whistle wine
    wreath
    """
)
OBJECT_TELLS = words(
    """
    belonged brought burned contained covered cost gave given had held hung is keeps kept lay made opened placed
    played produced protects rattles read received rings sealed sent showed shows stood turned used was were written
    wrote came arrived conveyed consisted directed delivered
    """
)

EVENT_NOUNS = words(
    """
    accident arrival assembly attack ball battle birth burial celebration ceremony christening concert crossing
    dance dancing death departure dinner discovery elopement engagement escape examination excursion exhibition fall
    festival fight flight flood funeral hearing hunt illness inspection journey landing marriage meeting murder
    offer performance proposal proposals quarrel race reading refusal removal rescue return supper storm tour trial
    trip victory visit voyage walk war wedding
    """
)

TIME_PHRASE = (
    r"(?:[Oo]n|[Ii]n|[Bb]y|[Aa]t|[Bb]efore|[Aa]fter|[Tt]owards|[Dd]uring|[Tt]ill|[Uu]ntil)? ?"
    r"(?:the (?:next|following|same|third|second|first|preceding) "
    r"(?:day|morning|evening|afternoon|night|week|month|year|winter|summer|spring)"
    r"|(?:(?:the )?(?:next|following|preceding|last|same) )?"
    r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
    r"(?: (?:morning|evening|night|afternoon))?"
    r"|(?:\d{1,2} )?(?:January|February|April|June|July|August|September|October|November|December)"
    r"(?: \d{1,2})?"
    r"|(?:a|one|two|three|four|five|six|seven|eight|nine|ten|several|many|a few|some) "
    r"(?:minutes|hours?|days?|nights?|weeks?|months?|years?|fortnight) (?:later|after|afterwards|before|ago)"
    r"|the (?:morning|evening|afternoon|night)(?! of\b)|that (?:morning|evening|afternoon|night|day)"
    r"|dinner|breakfast|tea|supper|church|Christmas|Michaelmas|Easter|midnight|noon|dawn|daybreak|sunset|dusk"
    r"|(?:six|seven|eight|nine|ten|eleven|twelve|one|two|three|four|five|half[- ]past \w+) (?:o['’]clock))"
)
