import Foundation
import Platform
import Sealing
import UpdateServer

extension Site {
  /// Which downstream servers this site registers, from the settings `serve.*`.
  ///
  /// - Throws: ``ConfigurationError``, ``Failure`` for a password file that others can read.
  func registrationPolicy() throws -> RegistrationPolicy {
    RegistrationPolicy(try admission(), authentication: try authentication())
  }

  private func admission() throws -> RegistrationPolicy.Admission {
    switch configuration.text(.serveRegistration) {
    case "approve": return .approve
    case "allow-list": return .allowList(Set(try allowedServers()))
    default: return .open
    }
  }

  private func allowedServers() throws -> [AllowedServer] {
    try configuration.text(.serveAllowedServers).split { $0 == "," || $0 == " " }.map { entry in
      guard let server = AllowedServer(String(entry)) else {
        throw ConfigurationError.badValue(
          place: "setting", key: Setting.serveAllowedServers.key,
          expected: "GUIDs, host names or sha256:DIGEST with commas between", found: "\"\(entry)\"")
      }
      return server
    }
  }

  private func authentication() throws -> RegistrationPolicy.Authentication {
    switch configuration.text(.serveAuthentication) {
    case "certificate": .certificate
    case "basic":
      .basic(
        Set(try PasswordFile.read(try configuration.required(.servePasswordFile, need: "serve.authentication = basic")))
      )
    default: .none
    }
  }
}

/// Lines `name:hash`, as `downstream password` prints them; empty lines and `#` comments are skipped.
enum PasswordFile {
  static func read(_ path: String) throws -> [BasicAccount] {
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
    guard permissions & 0o077 == 0 else {
      throw Failure(
        .failed, "\(path): expected permissions 600, found \(String(permissions & 0o777, radix: 8))",
        hint: "chmod 600 \(path)")
    }
    let text = String(decoding: try DurableFile.read(path, limit: 1 << 20), as: UTF8.self)
    return try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
      index, line -> BasicAccount? in
      let line = line.trimmingCharacters(in: .whitespaces)
      guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2, let hash = PasswordHash(parts[1]) else {
        // The line is not shown: it may hold a password.
        throw Failure(
          .usage, "\(path): line \(index + 1): expected NAME:scrypt$..., found another line",
          hint: "updatemirror downstream password NAME makes one")
      }
      return BasicAccount(name: parts[0], password: hash)
    }
  }
}
