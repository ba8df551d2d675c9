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
