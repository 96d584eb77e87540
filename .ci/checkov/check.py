"""What checkov finds in templates, less what is explained: check.py {aws|google} FOLDER

Fails on every finding that explained.json has no reason for, and on a reason that nothing needs any more.
"""

import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
FRAMEWORKS = {"aws": ("cloudformation", "CKV2?_AWS_"), "google": ("terraform_json", "CKV2?_GCP_")}


def reports_in(text: str) -> list[dict]:
    """The reports; words of advice may follow."""
    reports, decoder = [], json.JSONDecoder()
    while (text := text.lstrip()).startswith(("{", "[")):
        report, end = decoder.raw_decode(text)
        reports += report if isinstance(report, list) else [report]
        text = text[end:]
    return reports


def explains(reason: dict, check: str, resource: str, file: str) -> bool:
    """A reason with a file holds for these templates alone."""
    return (
        reason["check"] == check
        and re.fullmatch(reason["resource"], resource) is not None
        and re.fullmatch(reason.get("file", ".*"), file) is not None
    )


def main(target: str, folder: str) -> int:
    framework, ids = FRAMEWORKS[target]
    command = [str(pathlib.Path(sys.executable).parent / "checkov"), "--framework", framework, "--skip-download"]
    # One folder a call: of several, checkov reads the first one over and over.
    command += ["--quiet", "--compact", "-o", "json", "-d", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    reports = reports_in(done.stdout)
    if not any(report.get("summary", report).get("passed", 0) for report in reports):
        print(f"checkov: nothing was checked in {folder}: {done.stderr[-400:]}")
        return 1
    unread = [name for report in reports for name in report.get("results", {}).get("parsing_errors", [])]
    if unread:
        print(f"checkov: cannot read {', '.join(unread)}")
        return 1
    failed = {
        (found["check_id"], found["resource"], found["file_path"], found["check_name"])
        for report in reports
        for found in report.get("results", {}).get("failed_checks", [])
    }
    reasons = [one for one in json.loads((HERE / "explained.json").read_text()) if re.match(ids, one["check"])]
    needed = set()
    status = 0
    for check, resource, file, name in sorted(failed):
        fits = [i for i, one in enumerate(reasons) if explains(one, check, resource, file)]
        needed.update(fits)
        if not fits:
            print(f"{file}: {resource}: {check} {name}")
            status = 1
    files = {file for _, _, file, _ in failed}
    for place, one in enumerate(reasons):
        # Of a template that is not here nothing is found.
        if place not in needed and any(re.fullmatch(one.get("file", ".*"), file) for file in files):
            where = f" of {one['file']}" if "file" in one else ""
            print(f"explained.json: {one['check']} on {one['resource']}{where} is found nowhere: delete the reason")
            status = 1
    passed = sum(report.get("summary", report).get("passed", 0) for report in reports)
    print(f"checkov: {passed} checks passed, {len(failed)} findings, {'each explained' if status == 0 else 'see above'}")
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
