import ArgumentParser
import Logging
import ServiceLifecycle
import UpdateServer

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
    let listeners = try site.listeners { ServiceNotification.send("READY=1") }
    let fetching = noSchedule ? [] : try await site.fetchingServices()
    let group = try site.group(listeners.services + [ReportPurge(site: site)] + fetching)
    let reload = ReloadSignal {
      do { try await listeners.server.reloadCertificates() } catch {
        site.logger.error("reload: \(error); the certificate that was read before stays in use")
      }
    }
    defer { reload.stop() }
    let signals = Signals {
      ServiceNotification.send("STOPPING=1")
      Task { await group.triggerGracefulShutdown() }
    }
    defer { signals.stop() }
    try await group.run()
    return .done
  }
}
