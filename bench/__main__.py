"""Run every measurement that needs no data of its own: python -m bench [STUDY_FOLDER]."""

import sys

from bench import board, gaming, import_study, page, postings, sign_in, tie, validity


def main() -> None:
    """Measure boards, pages, the door and postings, and what takes a study folder if one is named.

    What takes long has a command of its own: ``bench.load``, ``bench.growth``, ``bench.verify``,
    ``bench.trial``, ``bench.replay``, ``bench.hints``.
    """
    board.main()
    page.main()
    sign_in.main([])
    postings.main([])
    tie.main()
    if len(sys.argv) > 1:
        import_study.main(sys.argv[1:])
        validity.main(sys.argv[1:])
        gaming.main(sys.argv[1:])


if __name__ == "__main__":
    main()
