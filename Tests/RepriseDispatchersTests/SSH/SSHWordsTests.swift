import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseDispatchers

@Suite struct `Words of ssh` {
    @Test func `a destination is options, then a name`() throws {
        let plain = try #require(SSHDestination("me@login"))
        #expect(plain.options.isEmpty && plain.name == "me@login" && plain.text == "ssh me@login")
        let wordy = try #require(SSHDestination("  -p 2222 -F /etc/hpc  login "))
        #expect(wordy.options == ["-p", "2222", "-F", "/etc/hpc"] && wordy.name == "login")
        #expect(SSHDestination(" ") == nil)
        #expect(SSHDestination("-v") == nil)
    }

    @Test func `rsync's shell is the same connection, with words of blanks quoted`() throws {
        let destination = try #require(SSHDestination("-p 2222 login"))
        let shell = SSHArguments.remoteShell(destination, socket: "/var/a b/50%")
        #expect(shell.hasPrefix("ssh -o BatchMode=yes "))
        #expect(shell.contains(" '-o' ") == false && shell.contains("'ControlPath=\"/var/a b/50%%\"'"))
        #expect(shell.hasSuffix(" -p 2222"))
    }

    /// As OpenSSH 9.2 says them.
    @Test(arguments: [
        ("ssh: Could not resolve hostname nohost.invalid: Name or service not known\n", "ssh-unknown-host", true),
        ("ssh: connect to host 127.0.0.1 port 2: Connection refused\n", "ssh-port-closed", true),
        ("ssh: connect to host hpc.example.org port 22: No route to host\n", "ssh-no-answer", true),
        (
            "Connection timed out during banner exchange\nConnection to hpc.example.org port 22 timed out\n",
            "ssh-no-answer",
            true
        ),
        ("Host key verification failed.\r\n", "ssh-host-key-unknown", false),
        ("root@127.0.0.1: Permission denied (publickey).\r\n", "ssh-key-refused", false),
        ("Can't open user config file /nope: No such file or directory\r\n", "ssh-configuration", false),
        ("command-line: line 0: Bad configuration option: foo\r\n", "ssh-configuration", false),
        (
            "unknown option -- Z\r\nusage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]\n", "ssh-configuration",
            false
        ),
        ("kex_exchange_identification: Connection closed by remote host\r\n", "ssh-lost", true),
        ("mux_client_request_session: read from master failed: Broken pipe\r\n", "ssh-lost", true),
        (
            "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key for [127.0.0.1]:2250 has changed and you have requested strict checking.\r\nHost key verification failed.\r\n",
            "ssh-host-key-changed", false
        ),
    ])
    func `what ssh complains about has a name of its own`(_ text: String, _ code: String, _ mayPass: Bool) throws {
        let error = SSHError.refusal(text, try #require(SSHDestination("login")))
        #expect(error.code == code && error.mayPass == mayPass)
        #expect(error.why?.isEmpty == false && error.why?.contains("\r") == false)
    }

    @Test func `what start-up files print is left out`() {
        let output = RemoteScript.output(Array("Welcome!\n\u{1}repri\n\u{1}reprise\na\nb".utf8))
        #expect(output.map { String(decoding: $0, as: UTF8.self) } == "a\nb")
        #expect(RemoteScript.output(Array("\u{1}reprise\n".utf8)) == [])
        #expect(RemoteScript.output(Array("Welcome!\n".utf8)) == nil)
    }
}
