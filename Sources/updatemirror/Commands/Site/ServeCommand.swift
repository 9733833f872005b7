import ArgumentParser
import Logging
import ServiceLifecycle

/// Everything that listens, and the schedule.
struct ServeCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves downstream servers and content, and synchronizes by the schedule.",
    discussion: example("updatemirror serve", "updatemirror serve --host 127.0.0.1 --port 0 --no-schedule"))

  @OptionGroup var common: CommonOptions

  @Option(name: .long, help: "Address to listen on (serve.host).")
  var host: String?

  @Option(name: .long, help: "Port to listen on; 0 = any free one (serve.port).")
  var port: String?

  @Flag(name: .long, help: "Fetch nothing: no synchronization runs, no files that downstream servers ask for.")
  var noSchedule = false

  func execute() async throws -> ProgramStatus {
    var extra: [Setting: String] = [:]
    if let host { extra[.serveHost] = host }
    if let port { extra[.servePort] = port }
    let site = try await Site.open(common, extra: extra)
    try await site.saveSettings()
    let address = site.configuration.text(.serveHost)
    let server = try site.updateServer { port in
      StandardError.write("updatemirror: serving \(site.state.path) on http://\(address):\(port)")
      ServiceNotification.send("READY=1")
    }
    let group = try site.group([server] + (noSchedule ? [] : try await site.fetchingServices()))
    let signals = Signals {
      ServiceNotification.send("STOPPING=1")
      Task { await group.triggerGracefulShutdown() }
    }
    defer { signals.stop() }
    try await group.run()
    return .done
  }
}
