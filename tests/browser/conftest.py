"""One headless Chromium for every page we make, offline but for this machine, with axe-core beside it.

`browser` is a selenium driver in the session's only browser, set back to a light 1280-pixel window before each test;
`axe` runs axe-core on the page it shows: `assert axe(browser) == []`. Chromium, its driver and npm are not Python
packages: where one is absent, the tests that need it are skipped and say so.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

AXE_VERSION = "4.14.1"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SERIOUS = ("serious", "critical")
WIDE = (1280, 900)
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A selenium driver; its console, which tells of everything a page's policy blocked, is in `get_log("browser")`."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install selenium")
    chromium = program("chromium", "chromium-browser", "google-chrome")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(program("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture(autouse=True)
def plain_view(browser: Any) -> None:
    """Light, wide, with scripts, on a blank page and with an empty console, whatever the test before did."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": scheme("light")})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.set_window_size(*WIDE)
    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> Callable[[Any], list[str]]:
    """Driver -> one line per serious or critical accessibility violation of the page it shows."""
    script = axe_script(cache_folder(request.config)).read_text(encoding="utf-8")

    def run(driver: Any) -> list[str]:
        driver.execute_script(script)
        found = driver.execute_async_script(
            "axe.run({preload: false, resultTypes: ['violations']}).then(arguments[0], e => arguments[0](String(e)))"
        )
        assert isinstance(found, dict), found
        return [violation(each) for each in found["violations"] if each["impact"] in SERIOUS]

    return run


@pytest.fixture
def dark(browser: Any) -> Any:
    """The same browser, asking pages for their dark colours."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme("dark")})
    return browser


@pytest.fixture
def phone(browser: Any) -> Any:
    """The same browser, 390 pixels wide."""
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    return browser


def scheme(name: str) -> list[dict[str, str]]:
    return [{"name": "prefers-color-scheme", "value": name}]


def program(*names: str) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed: apt-get install chromium chromium-driver")
    return found


def violation(found: dict[str, Any]) -> str:
    places = ", ".join(" ".join(map(str, node["target"])) for node in found["nodes"][:3])
    return f"{found['impact']} {found['id']}: {found['help']} ({places})"


def cache_folder(config: pytest.Config) -> Path:
    return Path(config.cache.mkdir(f"axe-core-{AXE_VERSION}"))


def axe_script(folder: Path) -> Path:
    """axe.min.js of the pinned version, fetched from npm once; `npm pack` runs no script of the package."""
    script = folder / "axe.min.js"
    if not script.exists():
        fetched = fetch_axe(folder / f"fetch-{os.getpid()}")
        os.replace(fetched, script)
    assert hashlib.sha256(script.read_bytes()).hexdigest() == AXE_SHA256, f"{script} is not axe-core {AXE_VERSION}"
    return script


def fetch_axe(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: apt-get install npm (for axe-core)")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "pack", f"axe-core@{AXE_VERSION}"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        pytest.skip(f"npm could not fetch axe-core {AXE_VERSION}: {done.stderr.strip().splitlines()[-1:]}")
    with tarfile.open(folder / f"axe-core-{AXE_VERSION}.tgz") as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        (folder / "axe.min.js").write_bytes(script.read())
    return folder / "axe.min.js"
