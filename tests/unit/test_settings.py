"""Settings: read once, refused in plain words."""

import pytest

from cds_service.settings import Settings, SettingsError, load_settings, unknown_variables


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CDS_{name.upper()}", raising=False)


def test_the_defaults_are_safe():
    settings = load_settings()
    assert settings.bind == "127.0.0.1:8080"
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.max_body_bytes == 32 * 1024 * 1024
    assert settings.timezone == "UTC"
    assert not settings.allow_unauthenticated
    assert settings.content_dir.is_dir()


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("CDS_PORT", "9000", "port", 9000),
        ("CDS_PORT", "", "port", 8080),
        ("CDS_DISABLED_CODES", " a, b ,", "disabled_codes", ("a", "b")),
        (
            "CDS_PREFETCH_ALIASES",
            "problems=conditions, labs = clinical",
            "prefetch_aliases",
            {"problems": "conditions", "labs": "clinical"},
        ),
        ("CDS_TIMEZONE", "Europe/Paris", "timezone", "Europe/Paris"),
        (
            "CDS_CORS_ORIGINS",
            "https://a.example.org,http://localhost:3000",
            "cors_origins",
            ("https://a.example.org", "http://localhost:3000"),
        ),
        ("CDS_LOG_LEVEL", "WARNING", "log_level", "warning"),
        ("CDS_PUBLIC_URL", "https://example.org/cds/", "public_url", "https://example.org/cds"),
        ("CDS_HOST", "::1", "bind", "[::1]:8080"),
        ("CDS_HOST", "localhost", "is_loopback", True),
    ],
)
def test_a_setting_is_read(monkeypatch, name, value, field, expected):
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(), field) == expected


@pytest.mark.parametrize(
    ("name", "value", "comment"),
    [
        ("CDS_PORT", "0", "no port"),
        ("CDS_PORT", "tcp://10.0.0.1:80", "what container platforms put there"),
        ("CDS_HOST", "0.0.0.0", "open without saying so"),
        ("CDS_HOST", "cds.example.org", "open without saying so, by name"),
        ("CDS_CA_FILE", "/nowhere/ca.pem", "no such file"),
        ("CDS_DEADLINE_MS", "5", "no time for anything"),
        ("CDS_TIMEZONE", "Mars/Olympus", "no zone"),
        ("CDS_TIMEZONE", "../../etc/passwd", "no zone, but a path"),
        ("CDS_CONTENT_DIR", "/does/not/exist", "no folder"),
        ("CDS_MAX_BODY_BYTES", "lots", "no number"),
        ("CDS_PREFETCH_ALIASES", "problems", "no pair"),
        ("CDS_PREFETCH_ALIASES", "=conditions", "half a pair"),
        ("CDS_CORS_ORIGINS", "ehr.example.org", "no origin"),
        ("CDS_CORS_ORIGINS", "https://ehr.example.org/path", "more than an origin"),
        ("CDS_PUBLIC_URL", "example.org", "no address"),
        ("CDS_PUBLIC_URL", "https://example.org?x=1", "more than an address"),
        ("CDS_LOG_LEVEL", "loud", "no level"),
        ("CDS_WORKERS", "0", "nobody to work"),
        ("CDS_ALLOW_UNAUTHENTICATED", "perhaps", "no yes or no"),
    ],
)
def test_a_value_that_cannot_be_used_gives_one_line_that_names_it(monkeypatch, name, value, comment):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    [line] = caught.value.problems
    assert line.startswith(f"{name}: "), comment


def test_every_problem_is_told_at_once(monkeypatch):
    monkeypatch.setenv("CDS_PORT", "x")
    monkeypatch.setenv("CDS_THREADS", "x")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert len(caught.value.problems) == 2


def test_listening_to_the_world_must_be_said(monkeypatch):
    monkeypatch.setenv("CDS_HOST", "0.0.0.0")
    monkeypatch.setenv("CDS_ALLOW_UNAUTHENTICATED", "1")
    assert load_settings().bind == "0.0.0.0:8080"


def test_the_public_address_is_the_base():
    settings = load_settings(public_url="https://example.org/cds")
    assert (settings.base_url, settings.base_path) == ("https://example.org/cds", "/cds")
    assert load_settings(public_url="https://example.org").base_path == ""


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1


def test_slips_of_the_pen_are_found(monkeypatch):
    monkeypatch.setenv("CDS_PROT", "1")
    assert "CDS_PROT" in unknown_variables()
    assert unknown_variables({"CDS_PORT": "1", "PATH": "x"}) == ()
