"""What an operator says at the prompt, said by a test."""

from typer.testing import CliRunner, Result

from linli.cli.main import app


def linli(*said: str, code: int = 0) -> Result:
    """Say something at the prompt."""
    told = CliRunner().invoke(app, list(said), env={"LINLI_LANG": "en", "LINLI_PASSWORD": None})
    assert told.exit_code == code, (told.output, told.exception)
    return told
