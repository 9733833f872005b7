import Foundation
import UpdateModel

@testable import Sealing

/// A genuine signature of the program `openssl`. Its key was thrown away.
enum SignatureSample {
  static let content = Array("a signed content\n".utf8)
  /// While it is valid.
  static let moment = Timestamp(year: 2030, month: 1, day: 1)

  static let certificate: Certificate = {
    do { return try Certificate(der: bytes(certificateText)) } catch { fatalError("no certificate: \(error)") }
  }()

  static let signature = bytes(signatureText)

  private static func bytes(_ text: String) -> [UInt8] { Data(base64Encoded: text).map { [UInt8]($0) } ?? [] }

  /// P-256, `CN=fuzz signer`, may sign and may not issue.
  private static let certificateText = """
    MIIBbjCCARWgAwIBAgIUZ49irhHfxYyJfVZNGFZbgYJlNXcwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLZnV6eiBzaWduZXIwIBcN\
    MjYxMTIzMDk0OTMzWhgPMjA4MTA4MjYwOTQ5MzNaMBYxFDASBgNVBAMMC2Z1enogc2lnbmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0D\
    AQcDQgAEzVqgkoKdaGLkooO+fFLAAx6vlFtLbdw0elZHTu6VqprGanKnYY2gJRrtRhAneuy3Qjzd2c9J3bXuOZgtpqZUkqM/MD0w\
    DAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFJvatyzV6D1c13IJ1BjsH6JIf3SRMAoGCCqGSM49BAMCA0cA\
    MEQCIA1rE4hQromAuHU+VeiyiK0XCSDXTfd5LgTC97S5iEMRAiBe/Y3jhWqr7JET3MfF6GGUEk6jdErgwdKeSbqx/CDRCg==
    """

  /// CMS SignedData, detached, SHA-256.
  private static let signatureText = """
    MIICsQYJKoZIhvcNAQcCoIICojCCAp4CAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBoIIBcjCCAW4wggEVoAMCAQICFGeP\
    Yq4R38WMiX1WTRhWW4GCZTV3MAoGCCqGSM49BAMCMBYxFDASBgNVBAMMC2Z1enogc2lnbmVyMCAXDTI2MTEyMzA5NDkzM1oYDzIw\
    ODEwODI2MDk0OTMzWjAWMRQwEgYDVQQDDAtmdXp6IHNpZ25lcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM1aoJKCnWhi5KKD\
    vnxSwAMer5RbS23cNHpWR07ulaqaxmpyp2GNoCUa7UYQJ3rst0I83dnPSd217jmYLaamVJKjPzA9MAwGA1UdEwEB/wQCMAAwDgYD\
    VR0PAQH/BAQDAgeAMB0GA1UdDgQWBBSb2rcs1eg9XNdyCdQY7B+iSH90kTAKBggqhkjOPQQDAgNHADBEAiANaxOIUK6JgLh1PlXo\
    soitFwkg1033eS4Ewve0uYhDEQIgXv2N44Vqq+yRE9zHxehhlBJOo3RK4MHSnkm6sfwg0QoxggEFMIIBAQIBATAuMBYxFDASBgNV\
    BAMMC2Z1enogc2lnbmVyAhRnj2KuEd/FjIl9Vk0YVluBgmU1dzALBglghkgBZQMEAgGgaTAYBgkqhkiG9w0BCQMxCwYJKoZIhvcN\
    AQcBMBwGCSqGSIb3DQEJBTEPFw0yNjExMjMwOTQ5MzNaMC8GCSqGSIb3DQEJBDEiBCD3+QoYAOYfSIMxdn9u62HBAZMhwggbUW1v\
    aRq7iw8FbTAKBggqhkjOPQQDAgRIMEYCIQCptrsD/qFj9Db1gzYhM6taZKcjEJvAkNss2aKQ6jq5zgIhAJbZimx1weKe6OHVpUKE\
    yWXaakqn0yIXlUvkpL7+Rgji
    """
}
