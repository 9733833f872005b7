/// Invented names, and words for titles in several languages.
enum Words {
  static let companies = ["Contoso", "Fabrikam", "Northwind"]
  static let families = ["Server", "Workstation", "Office Suite", "Database", "Mail Gateway", "Runtime"]
  static let fileStems = ["contoso10.0", "setup", "hotfix", "fabrikam-core", "nwind", "package", "delta"]
  static let fileSuffixes = [".cab", ".cab", ".msu", ".exe", ".msi"]
  static let architectures = ["x64", "x86", "ARM64"]

  /// Names of the update classifications, in English.
  static let classifications = [
    "Critical Updates", "Definition Updates", "Drivers", "Feature Packs", "Security Updates", "Service Packs",
    "Tools", "Update Rollups", "Updates",
  ]
  static let driverClassification = 2
  static let securityClassification = 4
  /// Each as often as it occurs.
  static let commonClassifications = [0, 1, 1, 1, 3, 4, 4, 4, 4, 4, 5, 6, 7, 7, 8, 8, 8]

  /// How one language speaks of updates; nouns in the order of ``classifications``.
  struct Language: Sendable {
    let nouns: [String]
    let link: String
    let summary: String
    let uninstall: String
  }

  static func language(_ name: String) -> Language { languages[name.lowercased()] ?? english }

  private static let english = Language(
    nouns: [
      "Critical Update", "Definition Update", "Driver Update", "Feature Pack", "Security Update", "Service Pack",
      "Support Tool", "Cumulative Update", "Update",
    ],
    link: "for",
    summary: "A fault was found that can affect computers running this product. Installing this package removes it.",
    uninstall: "This package can be removed again in the list of installed updates.")

  private static let languages: [String: Language] = [
    "en": english,
    "de": Language(
      nouns: [
        "Wichtiges Update", "Definitionsupdate", "Treiberupdate", "Feature Pack", "Sicherheitsupdate", "Service Pack",
        "Hilfsprogramm", "Kumulatives Update", "Update",
      ],
      link: "für",
      summary: "Ein Fehler kann Computer mit diesem Produkt beeinträchtigen. Dieses Paket beseitigt ihn.",
      uninstall: "Das Paket lässt sich in der Liste der installierten Updates wieder entfernen."),
    "fr": Language(
      nouns: [
        "Mise à jour critique", "Mise à jour de définitions", "Mise à jour de pilote", "Pack de fonctionnalités",
        "Mise à jour de sécurité", "Service Pack", "Outil", "Mise à jour cumulative", "Mise à jour",
      ],
      link: "pour",
      summary: "Un défaut peut toucher les ordinateurs équipés de ce produit. Ce paquet le corrige.",
      uninstall: "Ce paquet peut être retiré dans la liste des mises à jour installées."),
    "es": Language(
      nouns: [
        "Actualización crítica", "Actualización de definiciones", "Actualización de controlador",
        "Paquete de características", "Actualización de seguridad", "Service Pack", "Herramienta",
        "Actualización acumulativa", "Actualización",
      ],
      link: "para",
      summary: "Un fallo puede afectar a los equipos con este producto. Este paquete lo corrige.",
      uninstall: "El paquete se puede quitar en la lista de actualizaciones instaladas."),
    "it": Language(
      nouns: [
        "Aggiornamento critico", "Aggiornamento delle definizioni", "Aggiornamento driver", "Pacchetto di funzioni",
        "Aggiornamento della sicurezza", "Service Pack", "Strumento", "Aggiornamento cumulativo", "Aggiornamento",
      ],
      link: "per",
      summary: "Un difetto può interessare i computer con questo prodotto. Questo pacchetto lo elimina.",
      uninstall: "Il pacchetto si può rimuovere dall'elenco degli aggiornamenti installati."),
    "ja": Language(
      nouns: [
        "重要な更新", "定義の更新", "ドライバーの更新", "機能パック", "セキュリティの更新", "サービス パック", "ツール", "累積的な更新", "更新",
      ],
      link: "対象:", summary: "この製品を使うコンピューターに影響する不具合が見つかりました。このパッケージで解消されます。",
      uninstall: "このパッケージはインストール済みの更新の一覧から削除できます。"),
    "pt-br": Language(
      nouns: [
        "Atualização crítica", "Atualização de definições", "Atualização de driver", "Pacote de recursos",
        "Atualização de segurança", "Service Pack", "Ferramenta", "Atualização cumulativa", "Atualização",
      ],
      link: "para",
      summary: "Uma falha pode afetar computadores com este produto. Este pacote a corrige.",
      uninstall: "O pacote pode ser removido na lista de atualizações instaladas."),
    "ru": Language(
      nouns: [
        "Критическое обновление", "Обновление определений", "Обновление драйвера", "Пакет компонентов",
        "Обновление безопасности", "Пакет обновления", "Средство", "Накопительное обновление", "Обновление",
      ],
      link: "для",
      summary: "Обнаружена ошибка на компьютерах с этим продуктом. Пакет её устраняет.",
      uninstall: "Пакет можно удалить в списке установленных обновлений."),
    "zh-cn": Language(
      nouns: ["关键更新", "定义更新", "驱动程序更新", "功能包", "安全更新", "服务包", "工具", "累积更新", "更新"],
      link: "适用于", summary: "发现一个可能影响使用此产品的计算机的问题。安装此包即可解决。",
      uninstall: "可在已安装更新的列表中删除此包。"),
    "nl": Language(
      nouns: [
        "Essentiële update", "Definitie-update", "Stuurprogramma-update", "Functiepakket", "Beveiligingsupdate",
        "Service Pack", "Hulpprogramma", "Cumulatieve update", "Update",
      ],
      link: "voor",
      summary: "Een fout kan computers met dit product raken. Dit pakket verhelpt hem.",
      uninstall: "Het pakket is te verwijderen in de lijst met geïnstalleerde updates."),
  ]
}
