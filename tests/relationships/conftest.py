"""What tests of relationships may ask for."""

import pytest
from sqlalchemy.orm import Session

from advocacy.people.models import Person
from tests.builders import add_contacts


@pytest.fixture
def both(session: Session, ada: Person) -> tuple[int, int]:
    sofia, again = add_contacts(session, ada, "Sofia Marin", "sofia@elsewhere.example")
    return sofia, again
