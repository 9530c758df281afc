"""A list of rules, written from the codebook alone and judged once.

A tag is said where one of its patterns is found and none of those that speak against it. A denial
is said where a negation stands before the topic in the same clause.
"""

# ruff: noqa: E501, F541 (a pattern is a line; some take parts and some do not)

import re

import numpy as np

from cydscore.heads import head_targets
from cydscore.tags import DENIAL, load_tags

CYBER = r"(?:cyber|information security|data security|security|information technolog|\bit\b)"
OUTSIDER = (
    r"(?:third[- ]part(?:y|ies)|external|outside|independent|outsourced|managed (?:security|service|detection|it)"
    r"|consult(?:ant|ing)s?|assessors?|advis[eo]rs?|vendors?|experts?|specialists?|firms?)"
)
VENDOR = (
    r"(?:vendors?|suppliers?|(?:third[- ]party|external|cloud|outside)[- ](?:service |software |technology )?(?:providers?|partners?)"
    r"|service providers?|third[- ]part(?:y|ies)|contractors?|business partners?|subprocessors?)"
)
AUDIT = r"(?:audit|assess|test|review|evaluat|certif|examin|benchmark|penetration|validat|attest|scan)\w*"
COMMITTEE = (
    r"(?:(?:audit|risk|technology|governance|nominating|cyber\w*|information security|compliance|oversight|finance|safety|operations)"
    r"[\w,& ]{0,60}?committee|committees? of (?:the|our) (?:board|directors)|board committees?|subcommittee|\bthe committee\b)"
)
MANAGERS = r"(?:steering|management|executive|disclosure|working|incident)\b[\w ]{0,30}(?:committee|council|group)"
BOARD = r"(?:\bboards?\b|\bdirectors\b|\btrustees\b)"
OVERSEE = (
    r"(?:overs(?:ee|ight)\w*|supervis\w+|responsib\w+|review(?:s|ing|ed)?\b|monitor(?:s|ing)?\b|approv\w+|evaluat\w+|consider(?:s|ing)\b"
    r"|charged with|delegat\w+|discuss(?:es)?\b|governs?\b|ultimate)"
)
POSITION = (
    r"(?:\bc[ito]s?o\b|\bciso\b|\bcso\b|\bcto\b|\bcfo\b|\bcro\b|\bcoo\b|\bvciso\b|chief (?!executive)[\w ,&]{3,40}?officers?|general counsel"
    r"|(?:vice president|vp|director|head|manager|leader)s?,?(?: of| for|,)?[\w ,&]{0,30}(?:security|technology|it\b|information|cyber\w*|risk)"
    r"|(?:security|it|information technology|technology|cyber\w*|information systems) (?:director|manager|officer|leader|lead|head)s?"
    r"|controller|treasurer|(?:executive|senior) management|executive officers|members? of management)"
)
LEADS = (
    r"(?:responsib\w+|leads?\b|led by|head(?:s|ed by)\b|overs(?:ees?|een|ight)|manag(?:es|ed by)\b|supervis\w+|direct(?:s|ed by)\b"
    r"|accountab\w+|in charge|tasked|charged|coordinat\w+|chaired?|administer\w+|under the direction)"
)
CEO = r"(?:\bceo\b|chief executive|co-?ceos?\b|principal executive officer)"
TELL = (
    r"(?:report(?:s|ed|ing)?\b|brief(?:s|ed|ing)s?\b|updat(?:e|es|ed|ing)\b|inform(?:s|ed|ing)?\b|present(?:s|ed|ation|ations)?\b"
    r"|notif\w+|communicat\w+|escalat\w+|provid\w+|receiv\w+|advis(?:e|es|ed)\b|apprised|discuss\w*|dashboards?|meets? with)"
)
STANDARD = (
    r"(?:\bnist\b|national institute of standards|\biso(?:/iec)?[ -]?\d*|international organization for standard|\bcis\b(?! o)|center for internet security"
    r"|\bcobit\b|\bffiec\b|\bnerc\b|\bcmmc\b|\bhitrust\b|\bpci(?:[- ]dss)?\b|\bitil\b|\bmitre\b|\bsoc ?[12]\b|\bcsf\b|\bfedramp\b|\biec 62443|\bdfars\b)"
)
MAY = r"(?:\b(?:could|may|might|would|cannot|can not|can be|can result|no assurance|not be able|if we|if realized|if our|possib\w+|potential\w*)\b)"
THREAT = (
    r"(?:incidents?|attacks?|breach\w*|threats?|intrusions?|ransomware|phishing|malware|hack\w*|compromis\w+|disruptions?|vulnerabilit\w+|unauthori[sz]ed"
    r"|fail\w*|interruption|risks?)"
)
MATERIAL = r"material\w*|significant\w*"
NEVER = r"(?:\bnot\b|\bno\b|\bnone\b|\bneither\b|\bnever\b|\bnor\b|\bwithout\b|\bn't\b|\bunaware\b)"

# tag: what must be found (one of them), what must not
RULES = {
    "risk_process": (
        (
            rf"(?:process|polic|procedure|program|control|measure|safeguard|framework|strateg|tool|system)\w*\b.{{0,80}}(?:assess|identif|manag|monitor|protect|detect|prevent|mitigat|safeguard|evaluat|address)\w*",
            rf"(?:assess|identif|monitor|protect|detect|prevent|mitigat|safeguard|maintain|implement|develop|employ|deploy)\w*\b.{{0,80}}(?:{CYBER}|threat|vulnerabilit|network|data\b|systems?)",
            r"(?:firewall|encrypt|multi-?factor|endpoint|intrusion|antivirus|anti-virus|access control|patch|backup|segmentation|logging|siem|monitoring tools|security operations)",
            r"(?:security|it|cyber\w*|technology) (?:team|department|staff|function|group)\b",
            r"risk (?:assessments?|management program|register)",
        ),
        (rf"{BOARD}|{COMMITTEE}", rf"{MAY}", rf"materially", r"see (?:item|part|“|\")", r"years of|experience|degree|certifi"),
    ),
    "erm_integration": (
        (
            r"(?:integrat|incorporat|embed|align|part of|component of|includ|feed|consider|coordinat|leverag|within|connect|consistent)\w*\b.{0,90}(?:enterprise|overall|company-?wide|broader|corporate|general|group|wider)[\w -]{0,25}risk",
            r"enterprise risk|(?:group|company|firm)-wide risk|enterprise risk management|\berm\b",
            r"(?:overall|broader) risk management.{0,60}(?:includ|integrat|incorporat|encompass)",
        ),
        (),
    ),
    "third_party_engagement": (
        (
            rf"(?:engag|retain|us(?:e|es|ing)\b|utili[sz]|hir|work|partner|contract|employ|outsourc|rel(?:y|ies)|leverag|consult|assist|support|help)\w*\b.{{0,70}}(?:third[- ]party|external|outside|independent|outsourced|managed)?[\w ,-]{{0,40}}(?:assessor|consultant|auditor|expert|advis[eo]r|specialist|security firm|security provider|managed service|service provider|counsel|law enforcement|forensic|vendors?\b|firms?\b|third part)",
            rf"(?:third[- ]part(?:y|ies)|external|outside|independent|outsourced)[\w ,-]{{0,40}}(?:assess|audit|consult|test|expert|advis|firm|review|penetration|specialist|monitor)\w*",
            r"managed (?:security|detection|service|it)\b|\bmssps?\b|\bmsps?\b|virtual ciso|vciso|security operations cent\w+ provider",
        ),
        (rf"risks? (?:from|associated with|related to|posed by).{{0,40}}{VENDOR}", MAY, r"intend|plan to|expect to"),
    ),
    "third_party_audit": (
        (
            rf"(?:third[- ]part(?:y|ies)|external|outside|independent|outsourced)\b[\w ,'-]{{0,60}}{AUDIT}",
            rf"{AUDIT}[\w ,'-]{{0,50}}\b(?:by|from|with|through|using) (?:an? |our )?(?:third[- ]part(?:y|ies)|external|outside|independent|outsourced)",
            r"(?:public accounting firm|outside company|independent auditors?)\b.{0,80}(?:test|review|audit|tried|control)",
            rf"(?:engag|retain|us(?:e|es|ing)\b|hir)\w*\b.{{0,40}}(?:assessors|auditors|firms?|consultants|third part\w+)\b.{{0,80}}{AUDIT}",
        ),
        (rf"(?:assess|evaluat|review|audit|monitor)\w*\b.{{0,40}}(?:risks?|security|practices|controls)?.{{0,30}}(?:of|from) (?:our )?{VENDOR}", MAY),
    ),
    "vendor_risk": (
        (
            rf"(?:assess|evaluat|review|overs\w+|monitor|identif|manag|diligence|screen|vet|audit|requir|questionnaire|contractual|risk)\w*\b.{{0,100}}{VENDOR}",
            rf"{VENDOR}.{{0,100}}(?:diligence|assess|questionnaire|risk management|requir|oversight|overs|contractual|review|evaluat|monitor|soc ?[12]|security standards|must)\w*",
            r"soc ?[12]\b.{0,40}reports? of|contracts? with\b.{0,60}(?:obli|requir)|vendor (?:risk )?management|third[- ]party risk|supply chain risk",
        ),
        (rf"(?:engag|retain|hire|consult with)\w*\b.{{0,40}}{OUTSIDER}.{{0,60}}(?:to|for) (?:assist|help|assess|conduct|perform|test)", MAY),
    ),
    "certification": (
        (
            rf"(?:certified|certification|accredit\w+|attestation|attested|complian(?:t|ce) with)\b.{{0,60}}{STANDARD}",
            rf"{STANDARD}.{{0,60}}(?:certified|certificat\w+|accredit\w+|compliant|report|attest\w+|audit)",
            rf"holds? a(?: current)? {STANDARD}",
            r"level (?:3|iii|three) (?:protection|of)|graded protection|multi-?level protection",
        ),
        (r"\bcissp|\bcism\b|degree|years of", rf"{VENDOR}.{{0,60}}soc|soc.{{0,40}}{VENDOR}", r"seek|plan|intend|working toward|pursu"),
    ),
    "framework": ((STANDARD,), (rf"soc ?[12].{{0,60}}{VENDOR}|{VENDOR}.{{0,60}}soc ?[12]", r"\bcissp|\bcism\b|degree|years of")),
    "testing": (
        (
            r"scanners|(?:mock|fake) phish|penetration|pen[- ]test|tabletop|table-top|red[- ]team|purple team|phishing (?:simulat|test|exercise|campaign)|simulated (?:phishing|attack|cyber)|simulation|vulnerability (?:scan|assessment|test)|internal audit|\bdrills?\b|exercises\b",
            rf"\b(?:test|tests|tested|testing)\b.{{0,60}}(?:{CYBER}|control|plan|system|employee|network)",
            rf"(?:{CYBER}|control|plan|system|network)\w*.{{0,40}}\b(?:tests|tested|testing|scans|scanning)\b",
        ),
        (),
    ),
    "training": ((r"\btrain(?:ing|ings|ed|s)?\b|awareness|(?:security|phishing|cyber\w*) (?:course|session|lesson)|session on|remind (?:staff|employees)|educat(?:e|es|ing|ion)\b.{0,40}(?:employee|staff|personnel|user|workforce)",), (r"degree|bachelor|university",)),
    "incident_response": (
        (
            r"incident (?:response|management|handling|recovery)|response (?:plan|team|procedure|process|protocol)|(?:disaster|business) (?:recovery|continuity)|continuity plan|recovery plan|backups?\b.{0,60}restor|crisis management|playbook|\birp\b|\bcsirt\b",
            r"(?:respond|response|recover|contain|remediat|escalat)\w*\b.{0,60}(?:incident|breach|attack|event)",
            r"(?:incident|breach|attack|event)s?\b.{0,50}(?:response|escalat|contain|recover)\w*",
        ),
        (MAY, r"materially"),
    ),
    "insurance": ((r"\binsur(?:ance|ed|ers?)\b|\bcoverage\b|cyber\w* (?:policy\b|cover\b)",), (r"as an insurer|property insurance|insurance (?:compan|commissioner|regulat|department|subsidiar|industr|committee)|health insurance portab",)),
    "incident_occurred": (
        (
            r"(?:have|has|had) (?:\w+ ){0,4}(?:experienced|been (?:the )?(?:subject|target|victim)|encountered|suffered|detected|faced|identified)\b.{0,80}(?:incident|attack|breach|attempt|phishing|threat|event|intrusion)",
            r"(?:are|is|were|was) (?:\w+ ){0,4}(?:subject to|targets? of|targeted|attacked)\b.{0,60}(?:attack|attempt|incident|phishing)",
            r"(?:have|has) had\b.{0,40}(?:incident|infection|attack|breach)",
            r"(?:in|on|during) (?:january|february|march|april|may|june|july|august|september|october|november|december|fiscal|20\d\d)\b.{0,100}(?:incident|attack|breach|unauthori[sz]ed|ransomware)",
            r"(?:threat actor|attacker|intruder|unauthori[sz]ed (?:third )?part\w+)\b.{0,40}(?:gained|accessed|obtained|copied|encrypted|exfiltrated)",
        ),
        (r"(?:have|has|had) (?:not|never)\b|\bno (?:material )?(?:cyber\w* )?(?:incidents?|breach\w*|attacks?)|not (?:aware|identified|experienced)", r"\b(?:could|may|might) (?:be|have)\b"),
    ),
    "no_past_impact": (
        (
            rf"{NEVER}.{{0,120}}(?:material\w*|significant\w*)\b.{{0,60}}(?:affect|impact|effect|incident|breach|attack|impair|harm|loss|disrupt)",
            r"(?:have|has|had|did) (?:not|never) .{0,60}(?:experienced|had|identified|encountered|suffered|been subject|detected|affected|been aware|materially)",
            r"not (?:currently )?aware of any.{0,100}(?:incident|breach|attack|threat|risk)",
            r"\bno (?:known )?(?:material )?(?:cyber\w*|security|data)[\w ]{0,20}(?:incidents?|breach\w*|attacks?)\b",
            r"nothing\b.{0,60}has had|did not .{0,40}material|none of (?:these|such|which|the|those)|(?:were|was|been) (?:not |im)material",
        ),
        (r"\b(?:cannot|can not|no) (?:assur|guarant|provide)", r"are not reasonably likely(?!.{0,200}ha(?:ve|s) not)(?<!have not)", r"does not (?:have|maintain|engage|employ)"),
    ),
    "no_likely_impact": (
        (
            rf"{NEVER}.{{0,200}}reasonabl[ey] likely",
            rf"reasonabl[ey] likely.{{0,80}}{NEVER}",
            r"not (?:expect|believe|anticipate|likely).{0,120}material",
        ),
        (r"if realized|if they|were to|\bbut\b|however|nevertheless|could (?:have|materially)", r"no assurance"),
    ),
    "material_impact": (
        (
            r"(?:incident|attack|breach|ransomware)\b.{0,120}(?:has|have|had|did|resulted in|caused)\b.{0,40}(?:a )?material(?:ly)? (?:adverse|affect|impact|effect|reduc|disrupt)",
            r"material\w* (?:reduced|lowered|delayed)|expect\b.{0,100}to have a material|(?:losses|costs?)\b.{0,60}came to \$",
            r"(?:has|have|had) (?:been )?materially (?:affected|impacted|disrupted|harmed)",
        ),
        (NEVER, MAY, r"\bif\b|whether|any\b"),
    ),
    "hypothetical_risk": (
        (
            rf"\b(?:could|may|might)\b.{{0,120}}",
            rf"{THREAT}.{{0,100}}{MAY}",
            r"(?:no|cannot (?:provide|give)?|not) (?:assurance|assure|guarantee)|cannot (?:be (?:certain|sure)|eliminate|guarantee|prevent|predict)|there can be no|if realized|not be (?:effective|successful|sufficient|adequate)|face (?:certain |ongoing |numerous )?(?:risks|threats)|are reasonably likely to",
        ),
        (r"^(?:for|see|refer|please)\b.{0,200}(?:see|refer|item 1a)", r"(?:may|can) (?:be )?(?:engage|use|report|meet|include|consult|retain)\b", r"are not reasonably likely"),
    ),
    "board_oversight": (
        (
            rf"(?:\bboard(?: of (?:directors|trustees))?\b(?!['’]?s? (?:committee|level))|\bdirectors as\b|supervisory board|managing board)[^.;]{{0,90}}{OVERSEE}",
            rf"(?:overs\w+|responsib\w+|reviewed|approved|delegated|supervision)\b[^.;]{{0,50}}\b(?:by|of|from|with) (?:the|our) (?:full |entire )?board",
        ),
        (r"\bboard\b.{0,15}(?:committee|'s audit|’s audit)", r"(?:report|brief|updat|present)\w*.{0,40} to (?:the|our) board[^,;]*$", rf"^(?:the|our) {COMMITTEE}"),
    ),
    "committee_oversight": (
        (rf"{COMMITTEE}.{{0,140}}{OVERSEE}", rf"(?:overs\w+|delegated|assigned|responsib\w+|review\w*)\b.{{0,80}}{COMMITTEE}"),
        (MANAGERS, rf"{TELL}[^.;]{{0,40}} (?:to|the) (?:the |our )?{COMMITTEE}[^,;]*$"),
    ),
    "board_reporting": (
        (
            rf"{TELL}[^.;]{{0,110}}(?:{BOARD}|{COMMITTEE})",
            rf"(?:{BOARD}|{COMMITTEE})[^.;]{{0,110}}(?:receiv\w+|brief\w*|updat\w*|inform\w*|report(?:s|ed|ing)?\b|apprised|notified|present(?:ed|ations?)|discusses|meets)",
        ),
        (MANAGERS, r"annual report|this report|form 10-k", rf"responsible for (?:reviewing|discussing)"),
    ),
    "management_role": (
        (rf"{POSITION}.{{0,120}}{LEADS}", rf"{LEADS}.{{0,80}}{POSITION}", rf"{MANAGERS}.{{0,120}}(?:{LEADS}|{OVERSEE})", rf"{CEO}.{{0,80}}{LEADS}", rf"report(?:s|ing)? (?:directly )?to (?:the|our) (?:{CEO}|{POSITION})"),
        (r"years of|experience|degree|previously served", rf"^(?:the|our) (?:{BOARD}|{COMMITTEE})", MAY),
    ),
    "ceo_oversight": ((CEO, r"\bpresident\b(?! of)(?<!vice president)"), (r"(?:served|experience|previously|former|prior)\b", r"vice president")),
    "management_expertise": (
        (
            r"years? (?:of|’|')|for (?:over |more than )?\w+ years|(?:worked|career) in|\bexperience[ds]?\b|degree|bachelor|master(?:'s|’s|s) |m\.?b\.?a\b|ph\.?d|\bcissp\b|\bcism\b|\bcisa\b|\bcrisc\b|\bceh\b|certified information|expertise|credential|background in|previously (?:served|held|worked)|graduat|qualifi(?:ed|cations)|(?:served|held) (?:as|various|in)|joined (?:the|our)",
        ),
        (r"third[- ]part|experienced (?:any|a |no|cyber|material|incident|attack)|(?:have|has|had) (?:not |never )?(?:\w+ )?experienced|outside|consultants?", MAY),
    ),
    "management_monitoring": (
        (
            rf"(?:management|executives?|\bc[ii]s?o\b|\bciso\b|officers?|leadership|{MANAGERS})[^.;]{{0,100}}(?:inform\w*|monitor\w*|receiv\w*|brief\w*|updat\w*|alert\w*|notified|kept|apprised|meets?)",
            rf"(?:inform|report|escalat|notif|brief|updat|alert|communicat|provid)\w*[^.;]{{0,80}}(?:management|executives?|\bciso\b|\bcio\b|\bceo\b|\bcfo\b|officers?|leadership|{MANAGERS})",
            r"threat intelligence|informed about and monitor|prevention, (?:detection|mitigation)",
        ),
        (rf"(?:to|informs?|updates?|briefs?) (?:the |our )?(?:{BOARD}|{COMMITTEE})", MAY, r"risk management\b.{0,30}(?:process|program|strateg)", r"years|experience"),
    ),
    "cross_reference": (
        (r"\b(?:see|refer to|please refer|set forth|described|discussed|included|contained|incorporated|disclosed|more information|additional information|more about|further (?:information|discussion)|reference)\b.{0,120}(?:item \d|part [iv]+|risk factors|note \d|section|heading|caption|elsewhere|proxy|“|\")", r"item 1a\b"),
        (r"^item 1c",),
    ),
}  # fmt: skip

LACK = (
    r"(?:(?:do|does|did|have|has) not (?:currently |yet |presently )?(?:have|maintain|engage|employ|use|hold|carry|conduct|provide|adopt|implement|establish|rely|utilize|retain|develop|require|own|review|assess|oversee|receive|monitor)\w*"
    r"|(?:is|are|was|were) not\b(?! (?:aware|reasonably|material|limited))|no (?:set|formal|outside|external|outsider|part\b)"
    r"|(?:have|has) (?:no|not)|\bno (?!material|assurance|cyber|incident)|without an?y?\b|\bneither\b|\bnone of our\b|\blacks?\b|there (?:is|are) no|nor (?:do|does|have|has))"
)
TOPICS = {
    "risk_process": r"(?:process|polic|program|procedure|strateg|cybersecurity risk management|information systems)",
    "erm_integration": r"(?:integrat|overall risk|enterprise risk)",
    "third_party_engagement": r"(?:assessors?|consultants?|auditors?|third part|outside (?:part|advis|firm))",
    "third_party_audit": r"(?:independent|third[- ]party|external|outside)[\w ]{0,20}(?:audit|assess|review|test)",
    "vendor_risk": r"(?:vendor|supplier|service providers?|third[- ]party (?:service|risk))",
    "certification": r"(?:certificat|meet any|technical standards)",
    "framework": r"(?:framework|nist|iso|standard)",
    "testing": r"(?:penetration|tabletop|\btest)",
    "training": r"(?:training)",
    "incident_response": r"(?:incident response|recovery plan|continuity|response plan)",
    "insurance": r"(?:insurance|coverage)",
    "board_oversight": r"(?:board of directors|\bboard\b|directors)",
    "committee_oversight": r"(?:committee)",
    "board_reporting": r"(?:report|inform|brief)",
    "management_role": r"(?:chief|ciso|officer|dedicated|employees|position|management|personnel)",
    "ceo_oversight": r"(?:chief executive|ceo)",
    "management_expertise": r"(?:experience|expertise|background|training or)",
    "management_monitoring": r"(?:monitor|inform|reports)",
    "incident_occurred": r"(?!)",
}
VERIFIABLE = (
    r"\b\d+ years|\bover (?:\d+|\w+teen|twenty|thirty|ten) |years of|\bnist\b.{0,20}\d|\biso ?\d|\bsoc ?[12]|bachelor|master(?:'s|’s|s)|degree|\bcissp\b|\bcism\b|\bcisa\b|university"
    r"|\$\d|\b20[012]\d\b|\b\d+(?:\.\d+)?%|certified"
)
PARTICULAR = (
    rf"{POSITION}|{CEO}|{STANDARD}|quarterly|annual(?:ly)?|monthly|weekly|semi-?annual|twice|once a|at least|each (?:quarter|year)|steering|penetration|tabletop|phishing|multi-?factor|"
    rf"encrypt|firewall|endpoint|(?:risk|technology|governance|nominating|cyber\w*) committee|insurance|managed (?:security|detection)|subsidiar|advis[eo]r\b|sponsor|manager\b"
)


class Rules:
    """The list as a tagger: a margin is 1 where the rule holds, -1 where it does not."""

    def __init__(self):
        self.book = load_tags()
        self.rules = [
            tuple(
                re.compile("|".join(parts), re.IGNORECASE) if parts else None
                for parts in RULES[name]
            )
            for name in self.book.names
        ]
        self.denials = [
            re.compile(rf"{LACK}[^.;]{{0,90}}{TOPICS[name.removeprefix(DENIAL)]}", re.IGNORECASE)
            for name in self.book.denials
        ]
        self.levels = [re.compile(p, re.IGNORECASE) for p in (PARTICULAR, VERIFIABLE)]

    def margins(self, texts):
        """Return a margin for each text and head."""
        names = self.book.names
        n_tags = len(names)
        truth = np.zeros((len(texts), len(self.book.labels)), bool)
        levels = np.zeros(len(texts), int)
        for i, text in enumerate(texts):
            for j, (found, against) in enumerate(self.rules):
                truth[i, j] = bool(found.search(text)) and not (against and against.search(text))
            for j, (name, pattern) in enumerate(zip(self.book.denials, self.denials, strict=True)):
                if pattern.search(text):
                    truth[i, n_tags + j] = True
                    truth[i, names.index(name.removeprefix(DENIAL))] = False
            denied = truth[i, n_tags:].any()
            if denied:
                truth[i, names.index("no_past_impact")] = False
            truth[i, names.index("third_party_engagement")] |= truth[
                i, names.index("third_party_audit")
            ]
            particular, verifiable = (bool(p.search(text)) for p in self.levels)
            denies_impact = truth[i, names.index("no_past_impact")]
            levels[i] = 2 if verifiable and not denies_impact else int(particular or verifiable)
        return np.where(head_targets(truth, levels, self.book), 1.0, -1.0).astype(np.float32)
