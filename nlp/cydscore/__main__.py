"""``python -m cydscore`` is the command line."""

from cydscore.cli import run

if __name__ == "__main__":
    run()
