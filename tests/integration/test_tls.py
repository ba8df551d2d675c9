"""A broker that takes only clients with a certificate: builder, gateway and command line over mqtts."""
import subprocess

from plant import BUILD, Process, free_port, until, word_job


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificates(folder):
    """A certificate authority, and one certificate each for the broker (127.0.0.1) and its clients."""
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
            "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("broker", "client"):
        openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out",
                f"{name}.csr")
        (folder / "names.cnf").write_text("subjectAltName = IP:127.0.0.1\n")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "2", "-extfile", "names.cnf", "-out", f"{name}.pem")


def test_files_that_cannot_serve_are_told_at_the_start(plant):
    folder = plant.folder
    plant.start_broker()
    make_certificates(folder)
    openssl(folder, "req", "-x509", "-key", "client.key", "-days", "365", "-subj", "/CN=press-1", "-out", "long.pem")
    (folder / "words.pem").write_text("no certificate\n")

    def told(**files):
        paths = {f"{key}-file": str(folder / name) for key, name in files.items()}
        config = plant.config(broker={"url": f"mqtts://127.0.0.1:{free_port()}"} | paths)
        gateway = plant.add(Process(folder, f"gateway-{'-'.join(files.values())}", BUILD / "m2c2", "gateway", "--config", config))
        gateway.await_output("is up")
        gateway.stop()
        return [line.split(" error ")[1] for line in gateway.output().splitlines() if " error " in line]

    assert told(cert="long.pem", key="client.key") == []
    assert told(cert="long.pem", key="broker.key") == [
        f'[broker] key-file = "{folder}/broker.key" is not the key of cert-file: give the two that were made together']
    found = told(cert="client.pem", key="words.pem", ca="none.pem")
    assert len(found) == 3
    assert "ca-file" in found[0] and "none.pem\" cannot be read: No such file or directory" in found[0]
    assert "cert-file" in found[1] and "expires within 30 days: renew it" in found[1]
    assert "key-file" in found[2] and "words.pem\" holds no private key" in found[2]


def test_jobs_run_over_mutual_tls(plant):
    folder = plant.folder
    make_certificates(folder)
    plant.start_broker()  # for the operator, in the clear; the same broker listens with TLS on a second port
    port = free_port()
    plant.broker.kill()
    config = folder / "mosquitto.conf"
    config.write_text(config.read_text().replace("allow_anonymous true\n", "")
                      + f"per_listener_settings true\nlistener {port} 127.0.0.1\nallow_anonymous true\n"
                        f"cafile {folder}/ca.pem\ncertfile {folder}/broker.pem\nkeyfile {folder}/broker.key\n"
                        "require_certificate true\nuse_identity_as_username true\n")
    lines = config.read_text().splitlines()
    lines.insert(0, lines.pop(lines.index("per_listener_settings true")))
    lines.insert(2, "allow_anonymous true")
    config.write_text("\n".join(lines) + "\n")
    plant.add(Process(folder, "broker-tls", "/usr/sbin/mosquitto", "-c", config))
    until(plant.broker._answers, "the broker")
    by, plc = plant.operator(), plant.start_plc()

    secure = {"url": f"mqtts://127.0.0.1:{port}", "ca-file": str(folder / "ca.pem")}
    stranger = plant.add(Process(folder, "stranger", BUILD / "m2c2", "gateway", "--config",
                                 plant.config(broker=secure, gateway={"group-id": "stranger", "data-dir": str(folder / "s")})))
    stranger.await_output("trying again until it is there")

    known = secure | {"cert-file": str(folder / "client.pem"), "key-file": str(folder / "client.key")}
    plant.start("up", plant.config(broker=known))
    by.publish(word_job("press", plc.port, {"d0": ("A8", 0, 1)}))
    by.expect("m2c2/job/press/d0")
    assert plant.m2c2("job", "stop", "press", "--config", plant.config(broker=known))[0] == 0
