import CLibXML2

/// What becomes of the elements of a namespace in a fragment (MS-WUSP 3.1.1.1, WUSP-150 to WUSP-155).
struct FragmentNamespaces {
  enum Kind {
    /// Rules about the system: `b.`
    case base
    /// Rules about Windows Installer: `m.`
    case installer
    /// Rules about drivers: `d.`
    case driver
    /// No namespace, or another of the update schemas: the local name alone.
    case plain
    /// Somebody else's, as that of CBS manifests: where it is the default it is declared again.
    case foreign

    /// Before the names of elements in a Core fragment.
    var prefix: StaticString {
      switch self {
      case .base: "b."
      case .installer: "m."
      case .driver: "d."
      case .plain, .foreign: ""
      }
    }
  }

  /// libxml2 keeps one copy of each URI for the life of the parser, so its address is a key.
  private var known: [UnsafePointer<xmlChar>: Kind] = [:]

  mutating func kind(of namespace: UnsafePointer<xmlChar>?) -> Kind {
    guard let namespace else { return .plain }
    if let kind = known[namespace] { return kind }
    let kind = Self.kind(of: namespace)
    known[namespace] = kind
    return kind
  }

  private static func kind(of namespace: UnsafePointer<xmlChar>) -> Kind {
    switch String(cString: namespace) {
    case "http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules": .base
    case "http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules": .installer
    case "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver": .driver
    case "": .plain
    case let uri: uri.hasPrefix("http://schemas.microsoft.com/msus/") ? .plain : .foreign
    }
  }
}
