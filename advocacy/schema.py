"""Every table on one page, for Alembic and the tests."""

from advocacy.audit.models import Event
from advocacy.auth.models import Attempts, Credential, EmailChange, OneTimeLink, SignIn
from advocacy.confirmations.models import Confirmation
from advocacy.contacts.models import Contact, OtherName
from advocacy.content.models import Item
from advocacy.conversations.models import Conversation, Correction, FormerPart, Participant, Witness
from advocacy.core.tables import Base
from advocacy.factors.models import Authenticator, Passkey, RecoveryCode
from advocacy.jobs.models import KeptJob
from advocacy.mail.models import Letter
from advocacy.people.models import Absence, Membership, Person, PersonWord, ProfileVersion, Team
from advocacy.points.models import (
    Checkpoint,
    ClosedMonth,
    Entry,
    KeptRuleSet,
    Life,
    Seal,
    Standing,
    StandingCount,
    Tally,
    Tie,
)
from advocacy.programme.models import Programme
from advocacy.questions.models import Question
from advocacy.recognition.models import ClosedBalance, ClosedStanding, ClosedTotal, ExportFile
from advocacy.relationships.models import DayCount
from advocacy.shares.models import Share, TrackedLink
from advocacy.terms.models import Acceptance, Terms
from advocacy.web.models import SentForm

TABLES = (
    Programme,
    Event,
    SentForm,
    Letter,
    KeptJob,
    Team,
    Person,
    PersonWord,
    Membership,
    Absence,
    ProfileVersion,
    Credential,
    SignIn,
    OneTimeLink,
    Attempts,
    EmailChange,
    Authenticator,
    RecoveryCode,
    Passkey,
    Terms,
    Acceptance,
    KeptRuleSet,
    Tie,
    Entry,
    Standing,
    StandingCount,
    Tally,
    Life,
    ClosedMonth,
    Checkpoint,
    Seal,
    Contact,
    OtherName,
    Item,
    TrackedLink,
    Share,
    Conversation,
    Participant,
    FormerPart,
    DayCount,
    Witness,
    Correction,
    Confirmation,
    Question,
    ClosedStanding,
    ClosedBalance,
    ClosedTotal,
    ExportFile,
)

metadata = Base.metadata
