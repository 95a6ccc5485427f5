"""Is everything that is shown also said in Chinese?"""

from scripts import messages


def test_every_text_on_screen_is_translated():
    assert [f"{word.place}: {word.singular}" for word in messages.missing()] == []


def test_a_translation_keeps_the_placeholders_of_its_text():
    assert messages.broken_placeholders() == []


def test_the_compiled_catalogue_is_what_django_reads(settings):
    from django.utils.translation import gettext, override

    whole = messages.merged()
    texts = [message for message in whole if isinstance(message.id, str) and message.id]
    plain = [message for message in texts if not message.context]

    with override("zh-hans"):
        wrong = [message.id for message in plain if gettext(message.id) != message.string]

    assert wrong == [], "Run `make messages` to compile the catalogue again."


def test_a_text_in_a_template_is_found(tmp_path, monkeypatch):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text(
        '{% load i18n %}{% translate "Late items" %}'
        "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}"
    )
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    monkeypatch.setattr(messages, "ROOT", tmp_path)

    found = {(word.singular, word.plural) for word in messages.words_in_use()}

    assert found == {("Late items", None), ("%(n)s day", "%(n)s days")}


def test_another_language_is_a_folder_of_fragments(tmp_path, monkeypatch):
    (tmp_path / "source" / "templates").mkdir(parents=True)
    (tmp_path / "source" / "templates" / "page.html").write_text(
        '{% load i18n %}{% translate "Late" %}{% translate "Due" %}'
    )
    (tmp_path / "fragments" / "de").mkdir(parents=True)
    (tmp_path / "fragments" / "de" / "core.po").write_text('msgid "Late"\nmsgstr "Zu spät"\n')
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "SOURCE", tmp_path / "source")
    monkeypatch.setattr(messages, "FRAGMENTS", tmp_path / "fragments")

    told = messages.compile_catalogue("de")

    assert (messages.languages(), told) == (["zh_Hans", "de"], 1)
    assert [word.singular for word in messages.missing("de")] == ["Due"]
