import subprocess
import sys

import torch

from bench.measure.packages import installed, torch_facts, versions


def test_torch_is_told_with_its_build():
    assert installed("torch") == torch.__version__


def test_torch_facts_are_those_of_the_imported_torch():
    assert torch_facts().get("cuda") == torch.version.cuda
    assert torch_facts().get("hip") == torch.version.hip


def test_package_that_is_not_installed_has_no_version():
    assert installed("no-such-package-anywhere") is None
    assert versions(["pytest", "no-such-package-anywhere"]).keys() == {"pytest"}


def test_versions_are_found_without_importing_torch():
    code = "import sys; from bench.measure.packages import versions; versions(['torch']); print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
