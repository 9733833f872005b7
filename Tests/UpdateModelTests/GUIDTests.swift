import Testing
import UpdateModel

struct GUIDTests {
  @Test("SSS-024: letter case does not make another GUID")
  func letterCase() throws {
    let lower = try #require(GUID("266f6222-c89d-43f2-9f8a-69340271e677"))
    #expect(GUID("266F6222-C89D-43F2-9F8A-69340271E677") == lower)
    #expect(lower.description == "266f6222-c89d-43f2-9f8a-69340271e677")
  }

  @Test(
    "SSS-023: a GUID is 8-4-4-4-12 hexadecimal digits without braces",
    arguments: [
      "", "266f6222", "{266f6222-c89d-43f2-9f8a-69340271e677}", "266f6222-c89d-43f2-9f8a-69340271e67",
      "266f6222-c89d-43f2-9f8a-69340271e6777", "266f6222xc89d-43f2-9f8a-69340271e677",
      "266f6222-c89d-43f2-9f8a-69340271e67g", "266f6222c89d43f29f8a69340271e677", "ä66f6222-c89d-43f2-9f8a-69340271e67",
    ])
  func malformed(text: String) {
    #expect(GUID(text) == nil)
  }

  @Test("text, bytes and value say the same")
  func roundTrip() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<1_000 {
      let guid = GUID.random(using: &generator)
      #expect(GUID(guid.description) == guid)
      #expect(GUID(bytes: guid.bytes) == guid)
      #expect(Hex.lower(guid.bytes) == guid.description.replacing("-", with: ""))
    }
    #expect(GUID(bytes: [UInt8](repeating: 0, count: 15)) == nil)
  }

  @Test("a random GUID states version 4 and variant 1")
  func version() {
    let digits = Array(GUID.random().description)
    #expect(digits[14] == "4")
    #expect("89ab".contains(digits[19]))
  }

  @Test("the built-in target groups have the identifiers of the specification")
  func builtinGroups() {
    #expect(TargetGroup.allComputers.targetGroupID.description == "a0a08746-4dbe-4a37-9adf-9e7652c0b421")
    #expect(TargetGroup.unassignedComputers.targetGroupID.description == "b73ca6ed-5727-47f3-84de-015e03f6a88a")
  }
}
