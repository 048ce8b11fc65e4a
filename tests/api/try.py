"""Founds an outlet on loopback and has every JSON route tried: as the owner, as a technician, as one who left, with a
lost phone, with a phone that waits to be confirmed, and as nobody. No answer may be a failure of the relay's, and each
must be one that the document names, in the shape that it names."""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor

relay, schemathesis, cases = sys.argv[1], sys.argv[2], int(sys.argv[3])
DOCUMENT = "schemas/json/openapi.json"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def say(folder, *words):
    return subprocess.run([relay, *words, "--data", folder], check=True, capture_output=True, text=True).stdout


def enrol(folder, address, member, number):
    said = json.loads(say(folder, "invite", "--member", member, "--relay", address, "--json"))
    code = re.search(r"code=([0-9A-Z]{8})", said["link"]).group(1)
    # Any 32 bytes name a device; nothing is signed here.
    body = json.dumps({"code": code, "key": f"{number:064x}", "device_name": f"手机{number}"}).encode()
    request = urllib.request.Request(f"{address}/v1/enrol", data=body, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def try_as(who, token, address):
    paths = json.load(open(DOCUMENT, encoding="utf-8"))["paths"].values()
    operations = [operation for methods in paths for operation in methods.values()]
    # What is asked for without a word has but one case.
    drawn = sum(1 for operation in operations if operation.get("parameters") or operation.get("requestBody"))
    command = [schemathesis, "run", DOCUMENT, "--url", address, "--checks", CHECKS, "--phases", "fuzzing"]
    command += ["--max-examples", str(-(-cases // drawn)), "--mode", "all", "--continue-on-failure"]
    command += ["--suppress-health-check", "all", "--seed", "20261122", "--no-color"]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    done = subprocess.run(command, capture_output=True, text=True)
    counted = re.search(r"([\d,]+) generated", done.stdout)
    count = int(counted.group(1).replace(",", "")) if counted else 0
    good = done.returncode == 0 and count >= cases
    what = "" if good else f"\n{done.stdout[-6000:]} {done.stderr[-2000:]}"
    print(f"{'✓' if good else '✗'} {who}: {count} cases{what}", flush=True)
    return good


with tempfile.TemporaryDirectory() as folder:
    members = ["--member", "李:technician", "--member", "走:technician", "--member", "丢:technician"]
    say(folder, "outlet", "create", "--name", "试验网点", "--owner", "王", *members)
    serve = [relay, "serve", "--data", folder, "--listen", "127.0.0.1:0"]
    serving = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = serving.stdout.readline().strip().removeprefix("listening on ")
        names = {"owner": "王", "technician": "李", "left": "走", "lost": "丢", "waiting": "李"}
        phones = {who: enrol(folder, address, name, n) for n, (who, name) in enumerate(names.items(), 1)}
        say(folder, "member", "set", "--member", "走", "--left")
        say(folder, "device", "lost", "--device", phones["lost"]["device"])
        assert phones["waiting"].get("pending"), "a member's second phone waits"
        callers = {who: phone["token"] for who, phone in phones.items()} | {"nobody": "", "a stranger": "00" * 16}
        # Drawing the cases is the tool's own work: as many at once as there are cores.
        with ThreadPoolExecutor(os.cpu_count()) as at_once:
            tried = [at_once.submit(try_as, who, token, address) for who, token in callers.items()]
            good = [each.result() for each in tried]
        assert serving.poll() is None, "the relay has ended"
    finally:
        serving.terminate()
        serving.wait(timeout=20)
sys.exit(0 if all(good) else 1)
