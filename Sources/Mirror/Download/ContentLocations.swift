package import UpdateModel

/// Where a content file may be fetched, in the order of trying (guide 9.2, AMB-01, AMB-02, AMB-03).
package struct ContentLocations: Hashable, Sendable {
  package let upstream: UpstreamEndpoint
  /// Overrides every rule: a base below which `Content/XX/name` is found. Never ends in a slash.
  package let explicitBase: String?
  /// The USS has no content service; only the Internet has the files (SSS-255).
  package let isCatalogOnly: Bool

  /// - Parameter explicitBase: with or without `/Content` at its end: people write both.
  package init(upstream: UpstreamEndpoint, explicitBase: String? = nil, isCatalogOnly: Bool) {
    self.upstream = upstream
    self.explicitBase = explicitBase.map(Self.aboveContent)
    self.isCatalogOnly = isCatalogOnly
  }

  /// One place of one file.
  package struct Candidate: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
      /// The content service at the base of that number; `isHexName` false = under its FileName.
      case upstream(base: Int, isHexName: Bool)
      case internet
    }
    package let url: String
    package let source: Source
  }

  /// The bases of the content service: the explicit one alone, else the port of the web
  /// services, else the port of the rule table (MS-WSUSSS 2.1, SSS-257).
  package var bases: [String] {
    if let explicitBase { return [explicitBase] }
    let rulePort = !upstream.isSecure || upstream.port == 443 ? 80 : upstream.port - 1
    let rule = UpstreamEndpoint.base(isSecure: false, host: upstream.host, port: max(1, rulePort))
    return rule == upstream.base ? [rule] : [upstream.base, rule]
  }

  /// Empty when there is no source at all (SSS-256).
  package func candidates(for file: ContentFile, muURL: String?) -> [Candidate] {
    if isCatalogOnly {
      guard let muURL, Self.isHTTP(muURL) else { return [] }
      return [Candidate(url: muURL, source: .internet)]
    }
    let names = [file.contentName, Self.percentEncoded(file.fileName)]
    return bases.enumerated().flatMap { number, base in
      names.enumerated().compactMap { form, name in
        guard !name.isEmpty, form == 0 || name != names[0] else { return nil }
        let url = "\(base)/Content/\(file.digest.folder)/\(name)"
        return Candidate(url: url, source: .upstream(base: number, isHexName: form == 0))
      }
    }
  }

  private static func aboveContent(_ base: String) -> String {
    let folder = "/content"
    let whole = base.hasSuffix("/") ? String(base.dropLast()) : base
    return whole.lowercased().hasSuffix(folder) ? String(whole.dropLast(folder.count)) : whole
  }

  private static func isHTTP(_ url: String) -> Bool {
    let lower = url.prefix(8).lowercased()
    return lower.hasPrefix("http://") || lower.hasPrefix("https://")
  }

  /// One path segment: everything but unreserved characters is escaped, so that a FileName
  /// can neither add a segment nor a query (SSS-265). Names of dots alone become empty.
  static func percentEncoded(_ name: String) -> String {
    if name.utf8.allSatisfy({ $0 == UInt8(ascii: ".") }) { return "" }
    var text = ""
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "%" + Hex.upper([byte])
      }
    }
    return text
  }
}
