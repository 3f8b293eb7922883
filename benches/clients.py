#!/usr/bin/env python3
"""Holds a set of defective clients to the built-in page, and prints what is found, missed, laid to another class, and accused wrongly.

    cargo build --release
    python3 benches/clients.py FOLDER [ID…] [--jobs 2] [--json PATH] [--run python='python3 client.py']

FOLDER holds `bugs.py`, which prints its table as JSON (id, class, acceptable_classes, subtlety, lang), and the clients, which take
`--bug ID` or `--clean ID` and speak the driver protocol. Exits 0 when every defect is found under a fair class and no clean client is accused.
"""
import argparse, concurrent.futures, json, os, shlex, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LONGEST = 300


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("ids", nargs="*", help="only these; all if none is named")
    parser.add_argument("--binary", default=os.path.join(HERE, "target", "release", "fineprint"))
    parser.add_argument("--jobs", type=int, default=2, help="clients that are tried side by side")
    parser.add_argument("--json", help="write what came of each client")
    parser.add_argument("--run", action="append", default=[], metavar="LANG=COMMAND", help="how a language's client is started, within the folder")
    parser.add_argument("--page", action="append", default=[], help="pages to hold them to; the built-in one if none is named")
    return parser.parse_args()


def table(folder):
    printed = subprocess.run([sys.executable, "bugs.py"], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(printed.stdout)


def kind_of(row):
    return {"-": "clean", "x": "process"}.get(row["subtlety"], "defect")


def tried(options, commands, row):
    """Runs fineprint against one client: its exit code, its findings above a note, and how long it took."""
    command = shlex.split(commands[row.get("lang", "python")])
    flag = "--clean" if kind_of(row) == "clean" else "--bug"
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        line = [options.binary, "check", *options.page, "--report", f"json={report.name}", "--"]
        began = time.monotonic()
        try:
            ended = subprocess.run(line + command + [flag, row["id"]], cwd=options.folder, capture_output=True, text=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return {"exit": None, "findings": [], "verdicts": {}, "seconds": LONGEST, "said": "no end"}
        seconds = time.monotonic() - began
        text = open(report.name, encoding="utf-8").read()
    told = json.loads(text) if text else {}
    findings = [{k: f.get(k) for k in ("class", "rule", "severity", "transform", "message")} for f in told.get("findings", [])]
    verdicts = {}
    for judged in told.get("verdicts", []):
        verdicts[judged["verdict"]] = verdicts.get(judged["verdict"], 0) + 1
    said = ended.stderr.strip().splitlines()
    return {"exit": ended.returncode, "findings": findings, "verdicts": verdicts, "seconds": seconds, "said": said[-1] if said else ""}


def judged(row, result):
    """found, missed, wrong class, false alarm, clean, or what a misbehaving process came to."""
    serious = [f for f in result["findings"] if f["severity"] != "note"]
    kind = kind_of(row)
    if kind == "clean":
        return "clean" if not serious and result["exit"] == 0 else "false alarm"
    if kind == "process":
        return "found" if result["exit"] in (1, 2, 3) else "missed"
    fair = {row["class"], *row["acceptable_classes"]}
    # No page promises some of what is asked: a note under the right class is enough there.
    if any(f["class"] in fair for f in result["findings"]):
        return "found"
    return "wrong class" if serious else "missed"


def shown(row, verdict, result):
    marks = {"found": "✓", "clean": "✓"}
    rules = sorted({f"{f['class']}:{f['rule']}" + ("" if f["severity"] == "error" else f"({f['severity'][0]})") for f in result["findings"]})
    fair = {row["class"], *row["acceptable_classes"]}
    strangers = [f for f in result["findings"] if f["severity"] != "note" and f["class"] not in fair]
    beside = f"  [{len(strangers)} beside]" if verdict == "found" and strangers and kind_of(row) == "defect" else ""
    tail = result["said"] if kind_of(row) == "process" else ""
    return f"{marks.get(verdict, '✗')} {row['id']:24} {row['subtlety']} {verdict:11} {result['seconds']:5.1f} s  {' '.join(rules)}{beside} {tail}".rstrip()


def main():
    options = arguments()
    options.binary = os.path.abspath(options.binary)
    options.page = [os.path.abspath(page) for page in options.page]
    commands = {"python": f"{sys.executable} client.py", **dict(run.split("=", 1) for run in options.run)}
    rows = [row for row in table(options.folder) if not options.ids or row["id"] in options.ids]
    counts, kept, times = {}, [], []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for row, result in zip(rows, pool.map(lambda row: tried(options, commands, row), rows)):
            verdict = judged(row, result)
            counts.setdefault(kind_of(row), {}).setdefault(verdict, []).append(row["id"])
            kept.append({**row, "verdict": verdict, **result})
            times.append(result["seconds"])
            print(shown(row, verdict, result), flush=True)
    print()
    for kind, verdicts in counts.items():
        print(f"{kind}: " + ", ".join(f"{len(ids)} {verdict}" for verdict, ids in sorted(verdicts.items())))
        for verdict, ids in sorted(verdicts.items()):
            if verdict not in ("found", "clean"):
                print(f"  {verdict}: {' '.join(ids)}")
    if times:
        print(f"{sorted(times)[len(times) // 2]:.1f} s a client in the middle, {max(times):.1f} s at most")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(kept, out, indent=1, ensure_ascii=False)
    return 0 if set().union(*[set(v) for v in counts.values()] or [set()]) <= {"found", "clean"} else 1


if __name__ == "__main__":
    sys.exit(main())
