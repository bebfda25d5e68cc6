"""Run every measurement that needs no data of its own: python -m bench [STUDY_FOLDER]."""

import sys

from bench import board, import_study, page


def main() -> None:
    """Measure boards and pages, and the import of a study folder when one is named."""
    board.main()
    page.main()
    if len(sys.argv) > 1:
        import_study.main(sys.argv[1:])


if __name__ == "__main__":
    main()
