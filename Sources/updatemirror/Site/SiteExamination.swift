import Catalog
import ContentStore
import Foundation
import Platform
import Sealing
import UpdateModel

/// What `doctor` tests on this machine.
struct SiteExamination {
  let site: Site

  func findings() async -> [Finding] {
    [
      await catalogue(), keys(), writable(), await disk(), await content(), await clients(), clock(),
    ] + (await SignerExamination(site: site).findings())
  }

  private func catalogue() async -> Finding {
    let fix = "move \(site.state.catalogFile) away and run sync: metadata is fetched again, content is not"
    return await Finding.of("catalogue", fix: fix) {
      if let text = try await site.catalog.quickCheck() { throw Failure(.failed, "damaged: \(text)") }
      let counts = try await site.catalog.counts()
      return "sound, \(Quantity.count(counts.revisions, "revision"))"
    }
  }

  private func keys() -> Finding {
    do {
      let count = try site.cookieKeys().keyCount
      return .good("cookie keys", "\(Quantity.count(count, "key")), readable by the owner only")
    } catch {
      return .failed(
        "cookie keys", Failure(error).message,
        fix: "chmod 600 \(site.state.cookieKeysFile), or restore it from a backup")
    }
  }

  private func writable() -> Finding {
    let path = site.state.path
    let probe = "\(path)/.doctor"
    do {
      try DurableFile.write([], to: probe)
      try Folder(path: path).remove(".doctor")
      return .good("state directory", "\(path) is writable")
    } catch {
      return .failed("state directory", error.description, fix: "give \(path) to the user that runs updatemirror")
    }
  }

  private func disk() async -> Finding {
    await Finding.of("disk", fix: "make room, or lower content.min-free") {
      let free = try FreeSpace.available(at: site.state.path)
      let wanted = try await site.catalog.wantedTotals(site.contentPolicy).bytes
      let reserve = site.store.minimumFree
      guard free >= reserve + wanted else {
        throw Failure(
          .failed,
          "expected \(Quantity.bytes(reserve + wanted)) free (reserve and wanted files), found \(Quantity.bytes(free))")
      }
      return
        "\(Quantity.bytes(free)) free, \(Quantity.bytes(wanted)) still to fetch, reserve \(Quantity.bytes(reserve))"
    }
  }

  private func content() async -> Finding {
    do {
      let statistics = try await site.store.statistics()
      let present = try await site.catalog.contentCounts().presentFiles
      guard statistics.content.files >= present else {
        return .failed(
          "content", "the catalogue knows \(present) present files, content/ has \(statistics.content.files)",
          fix: "updatemirror content repair")
      }
      let bad = statistics.quarantine.files
      let detail = "\(Quantity.count(statistics.content.files, "file")), \(Quantity.bytes(statistics.content.bytes))"
      guard bad == 0 else {
        return .warning(
          "content", "\(detail); \(Quantity.count(bad, "file")) in quarantine",
          fix: "look at \(site.state.path)/quarantine, then empty it")
      }
      return .good("content", detail)
    } catch {
      return .failed("content", Failure(error).message, fix: "check permissions below \(site.state.path)")
    }
  }

  private func clients() async -> Finding {
    do {
      _ = try site.clientServiceConfiguration()
      let counts = try await site.catalog.clientCounts(silentSince: try site.silentSince())
      let detail = StatusReport.Clients(counts).text
      if counts.failing + counts.failedDetections > 0 {
        return .warning("client computers", detail, fix: "updatemirror report failures")
      }
      guard counts.silent == 0 else {
        return .warning("client computers", detail, fix: "updatemirror computers list --silent")
      }
      return .good("client computers", detail)
    } catch {
      return .failed("client computers", Failure(error).message, fix: "updatemirror config check")
    }
  }

  private func clock() -> Finding {
    let now = SystemClock.now()
    guard now.seconds(since: Self.firstPossibleMoment) > 0 else {
      return .failed("clock", "it is \(now) by this machine", fix: "set the clock; cookies and TLS depend on it")
    }
    return .good("clock", now.description)
  }

  /// No machine that runs this program is right when its clock is before this.
  private static let firstPossibleMoment = Timestamp(year: 2025, month: 1, day: 1)
}
