"""What people type for each command, in every language of the safety texts (safety C7, C8).

One table: command, then language, then whole messages between commas. Case, blanks, punctuation and accents do not
matter (`words.squeezed`). The first of each language is the one that texts name. Chinese is written in both scripts;
some Bengali, Urdu, Russian and Arabic words stand as people type them with Latin letters.
"""

from collections.abc import Mapping

STOP = "stop"

_TABLE: Mapping[str, Mapping[str, str]] = {
    STOP: {
        "en": "stop, stop all, quit, end, unsubscribe, opt out, cancel, revoke, stop messages, please stop,"
        " stop please, stop it, stop texting me, stop messaging me, leave me alone, remove me",
        "es": "parar, para, pare, alto, basta, ya basta, salir, cancelar, baja, darme de baja, detener, fin, no más,"
        " no más mensajes, cancelar suscripción, parar mensajes, deja de escribirme",
        "zh-Hans": "停止, 停, 结束, 退订, 取消订阅, 取消, 停止发送, 停止信息, 停止消息, 不要再发, 不要再发了, 别再发了",
        "zh-Hant": "停止, 停, 結束, 退訂, 取消訂閱, 取消, 停止發送, 停止訊息, 停止傳送, 不要再發, 不要再發了, 別再發了",
        "ru": "стоп, остановить, остановись, остановите, прекратить, прекратите, отписаться, отписка, отпишите меня,"
        " хватит, конец, отмена, отменить, не пишите мне, otpisatsya",
        "bn": "বন্ধ, বন্ধ করুন, বন্ধ করো, বন্ধ করেন, থামুন, থামো, থামাও, থামান, স্টপ, শেষ, বাতিল, বাতিল করুন, আর না,"
        " আনসাবস্ক্রাইব, bondho, bondho koro, bondho korun, thamo",
        "ht": "sispann, sispann mesaj, sispann voye mesaj, rete, kanpe, fini, dezabòne, dezabòne m, anile, ase,"
        " retire m, kite m trankil",
        "ko": "중지, 정지, 그만, 그만해, 그만하세요, 중단, 종료, 수신거부, 구독 취소, 스톱, 해지, 구독 해지, 취소,"
        " 탈퇴, 멈춰, 그만 보내",
        "ar": "توقف, توقفوا, قف, وقف, إيقاف, أوقف, أوقفوا, إلغاء, إلغاء الاشتراك, كفى, انهاء, ستوب, إيقاف الرسائل,"
        " أوقف الرسائل, لا ترسل, لا ترسلوا",
        "ur": "بند, بند کریں, بند کرو, بند کر دیں, بند کر دو, روکیں, روکو, روک دیں, رکیں, رک جاؤ, ختم, ختم کریں, منسوخ,"
        " منسوخ کریں, سٹاپ, اسٹاپ, ان سبسکرائب, band karo, band karein, band kar do",
        "fr": "stop, arrêt, arrêter, arrête, arrêtez, désabonner, se désabonner, me désabonner, désinscrire,"
        " me désinscrire, désinscription, désabonnement, annuler, résilier, ça suffit, fin, stoppe",
        "pl": "stop, stój, zatrzymaj, koniec, wypisz, wypisz mnie, wypisuję się, rezygnuję, rezygnacja, anuluj,"
        " przestań, przestańcie, dość, zrezygnuj, nie pisz, nie piszcie",
    },
    "delete": {
        "en": "delete, delete me, erase, erase me, forget me, delete my data, erase my data, delete everything,"
        " delete my account",
        "es": "borrar, borra, borre, borrarme, bórrame, bórrenme, borra todo, borrar todo, borrar mis datos, eliminar,"
        " elimina, elimine, eliminarme, elimíname, eliminar mis datos, suprimir",
        "zh-Hans": "删除, 删掉, 删除我, 删除资料, 删除数据, 删除我的资料, 删除我的数据, 把我删除, 注销",
        "zh-Hant": "刪除, 刪掉, 刪除我, 刪除資料, 刪除數據, 刪除我的資料, 刪除我的數據, 把我刪除, 註銷",
        "ru": "удалить, удали, удалите, удали меня, удалить меня, удалите меня, удалить мои данные,"
        " удали мои данные, стереть, сотри, сотрите, udalit, udali menya",
        "bn": "মুছুন, মুছো, মোছো, মুছে দাও, মুছে দিন, মুছে ফেলো, মুছে ফেলুন, আমাকে মুছে দাও, আমাকে মুছে দিন,"
        " আমার তথ্য মুছে দাও, ডিলিট, ডিলিট করো, ডিলিট করুন, muche dao, muche felo, delete koro",
        "ht": "efase, efase m, efase mwen, efase tout, efase done mwen, siprime, siprime m, siprime mwen",
        "ko": "삭제, 삭제해, 삭제해줘, 삭제해 주세요, 지워, 지워줘, 지워 주세요, 나를 지워줘,"
        " 내 정보 삭제, 내 데이터 삭제",
        "ar": "حذف, احذف, احذفي, احذفوا, احذفني, احذفوني, احذف بياناتي, حذف بياناتي, مسح, امسح, امسحي, امسحني,"
        " امسح بياناتي, ihthif",
        "ur": "حذف کریں, حذف کرو, حذف کر دیں, حذف کر دو, مٹا دیں, مٹا دو, مٹائیں, مٹاؤ, مجھے مٹا دیں,"
        " میرا ڈیٹا مٹا دیں, ڈیلیٹ, ڈیلیٹ کریں, ڈیلیٹ کرو, delete karo, delete karein, delete kar do, mita do",
        "fr": "effacer, efface, effacez, m'effacer, efface-moi, effacez-moi, efface tout, effacer mes données,"
        " supprimer, supprime, supprimez, supprime-moi, supprimez-moi, me supprimer, supprimer mes données",
        "pl": "usuń, usunąć, usuńcie, usuń mnie, usuńcie mnie, usuń moje dane, skasuj, skasuj mnie, skasować, wymaż,"
        " wymaż mnie",
    },
    "export": {
        "en": "export, my data, export my data, show my data, what do you know about me, what do you hold about me",
        "es": "exportar, exporta, exporte, mis datos, ver mis datos, muéstrame mis datos, exportar mis datos,"
        " qué saben de mí, qué guardan sobre mí",
        "zh-Hans": "导出, 导出资料, 导出数据, 导出我的资料, 我的资料, 我的数据, 查看我的资料, 你们保存了我的什么",
        "zh-Hant": "匯出, 導出, 匯出資料, 匯出數據, 匯出我的資料, 我的資料, 我的數據, 查看我的資料, 你們保存了我的什麼",
        "ru": "экспорт, экспортировать, экспортируй, мои данные, покажи мои данные, покажите мои данные,"
        " что вы храните обо мне, eksport, moi dannye",
        "bn": "এক্সপোর্ট, এক্সপোর্ট করো, এক্সপোর্ট করুন, আমার তথ্য, আমার ডেটা, আমার তথ্য দেখাও, আমার তথ্য দেখান, amar tottho",
        "ht": "ekspòte, ekspòtasyon, done mwen, done m, enfòmasyon mwen, montre m done mwen",
        "ko": "내보내기, 내보내, 내보내 주세요, 내 정보, 내 데이터, 내 정보 보기, 내 정보 보여줘, 내 정보 내보내기",
        "ar": "تصدير, صدر, صدروا, بياناتي, معلوماتي, تصدير بياناتي, اعرض بياناتي, أرني بياناتي, tasdir, bayanati",
        "ur": "برآمد کریں, برآمد, برآمد کرو, ایکسپورٹ, ایکسپورٹ کریں, ایکسپورٹ کرو, میرا ڈیٹا, میری معلومات,"
        " میرا ڈیٹا دکھائیں, میرا ڈیٹا دکھاؤ, mera data, mera data dikhao",
        "fr": "exporter, export, exporte, exportez, mes données, voir mes données, montre mes données,"
        " exporter mes données, que savez-vous de moi",
        "pl": "eksport, eksportuj, eksportować, wyeksportuj, moje dane, pokaż moje dane, pokażcie moje dane,"
        " co o mnie macie",
    },
    "pause": {
        "en": "pause, pause messages, take a break, a break, need a break",
        "es": "pausa, pausar, pause los mensajes, pausar mensajes, una pausa, descanso, un descanso,"
        " tomar un descanso",
        "zh-Hans": "暂停, 暂停一下, 暂停消息, 休息, 休息一下, 先停一下",
        "zh-Hant": "暫停, 暫停一下, 暫停訊息, 休息, 休息一下, 先停一下",
        "ru": "пауза, сделать паузу, сделай паузу, паузу, перерыв, сделать перерыв, приостановить, приостанови,"
        " приостановите, pereryv",
        "bn": "বিরতি, বিরতি দাও, বিরতি দিন, একটু বিরতি, পজ, বিশ্রাম, biroti",
        "ht": "poz, yon poz, pran poz, pran yon poz, fè poz, fè yon poz, mete sou poz",
        "ko": "일시정지, 일시 중지, 잠시 중지, 잠깐 멈춤, 쉬기, 쉴래, 쉴래요, 휴식, 잠시 쉬기",
        "ar": "إيقاف مؤقت, توقف مؤقت, توقف مؤقتا, أوقف مؤقتا, استراحة, خذ استراحة, وقفة, istiraha",
        "ur": "وقفہ, عارضی وقفہ, وقفہ کریں, وقفہ کرو, وقفہ دیں, وقفہ لیں, پاز, پاز کریں, waqfa, waqfa karo",
        "fr": "pause, une pause, faire une pause, fais une pause, faites une pause, mettre en pause, mets en pause",
        "pl": "pauza, przerwa, przerwę, zrób przerwę, zrobić przerwę, zróbcie przerwę, wstrzymaj, wstrzymać,"
        " wstrzymajcie",
    },
    "resume": {
        "en": "resume, unpause, end break, end the break, end my break, resume messages",
        "es": "reanudar, reanuda, reanude, reanudar mensajes, terminar la pausa, termina la pausa",
        "zh-Hans": "恢复, 恢复消息, 结束暂停, 结束休息",
        "zh-Hant": "恢復, 恢復訊息, 結束暫停, 結束休息",
        "ru": "возобновить, возобнови, возобновите, закончить перерыв, закончи перерыв, конец перерыва,"
        " снять с паузы, vozobnovit",
        "bn": "আবার চালু করো, আবার চালু করুন, আবার চালু, আবার শুরু করো, আবার শুরু করুন, বিরতি শেষ, abar shuru koro",
        "ht": "repran, reprann, repran mesaj, fini poz la, fini poz",
        "ko": "재개, 재개해, 재개해 주세요, 다시 받기, 다시 보내 줘, 다시 보내 주세요, 휴식 끝",
        "ar": "استئناف, استأنف, استأنفي, استأنفوا, استئناف الرسائل, إنهاء الاستراحة, انه الاستراحة",
        "ur": "دوبارہ شروع کریں, دوبارہ شروع, دوبارہ شروع کرو, بحال کریں, بحال کرو, وقفہ ختم, وقفہ ختم کریں,"
        " dobara shuru karo",
        "fr": "reprendre, reprends, reprenez, reprise, finir la pause, finis la pause, fin de la pause",
        "pl": "wznów, wznowić, wznówcie, wznów wiadomości, koniec przerwy, zakończ przerwę",
    },
    "help": {
        "en": "help, help me, sos, get help",
        "es": "ayuda, ayúdame, ayude, auxilio, socorro, pedir ayuda",
        "zh-Hans": "帮助, 帮忙, 帮我, 帮帮我, 找帮助, 求助",
        "zh-Hant": "幫助, 幫忙, 幫我, 幫幫我, 找幫助, 求助",
        "ru": "помощь, помогать, pomoshch, pomogi, pomogite",
        "bn": "সাহায্য, সাহায্য করো, সাহায্য করুন, সাহায্য নাও, হেল্প, shahajjo, sahajjo, sahajjo koro",
        "ht": "èd, ede m, ede mwen, jwenn èd, mande èd",
        "ko": "도움, 도움말, 도와줘, 도와줘요, 도와 주세요, 헬프",
        "ar": "مساعدة, المساعدة, ساعديني, أريد مساعدة, musa3ada, sa3edni",
        "ur": "مدد, ہیلپ, madad, madad karo, meri madad karo",
        "fr": "aide, aider, aide-moi, besoin d'aide, obtenir de l'aide",
        "pl": "pomoc, pomóż, pomóż mi, znajdź pomoc",
    },
    "privacy": {
        "en": "privacy, privacy policy, my privacy",
        "es": "privacidad, mi privacidad, aviso de privacidad, política de privacidad",
        "zh-Hans": "隐私, 隐私权, 隐私政策, 我的隐私",
        "zh-Hant": "隱私, 隱私權, 隱私權政策, 隱私政策, 我的隱私, 私隱",
        "ru": "личные данные, приватность, конфиденциальность, privatnost",
        "bn": "গোপনীয়তা, আমার গোপনীয়তা, প্রাইভেসি, gopniyota",
        "ht": "vi prive, enfòmasyon prive, konfidansyalite, privasite",
        "ko": "개인정보, 개인정보 보호, 개인정보 처리방침, 프라이버시, 사생활",
        "ar": "الخصوصية, خصوصية, خصوصيتي, سياسة الخصوصية, khususiya",
        "ur": "رازداری, میری رازداری, پرائیویسی, raazdari",
        "fr": "vie privée, confidentialité, ma vie privée, données personnelles",
        "pl": "prywatność, moja prywatność, polityka prywatności",
    },
    "language": {
        "en": "language, languages, change language, change the language",
        "es": "idioma, idiomas, cambiar idioma, cambiar de idioma, cambia el idioma",
        "zh-Hans": "语言, 换语言, 切换语言, 更改语言, 改语言",
        "zh-Hant": "語言, 換語言, 切換語言, 更改語言, 改語言",
        "ru": "язык, языки, сменить язык, смени язык, смените язык, другой язык, yazyk",
        "bn": "ভাষা, ভাষা বদলাও, ভাষা বদলান, ভাষা পরিবর্তন, bhasha",
        "ht": "lang, chanje lang, lòt lang",
        "ko": "언어, 언어 변경, 언어 바꾸기, 언어 바꿔줘, 언어 바꿔 주세요",
        "ar": "اللغة, لغة, غير اللغة, غيروا اللغة, تغيير اللغة, lugha",
        "ur": "زبان, زبان بدلیں, زبان بدلو, زبان تبدیل کریں, zaban, zuban",
        "fr": "langue, langues, changer de langue, change de langue, changez de langue",
        "pl": "język, języki, zmień język, zmienić język, zmieńcie język",
    },
    "menu": {
        "en": "menu, main menu, the menu",
        "es": "menú, menú principal, el menú",
        "zh-Hans": "菜单, 主菜单, 打开菜单",
        "zh-Hant": "選單, 主選單, 打開選單, 菜單, 功能表",
        "ru": "меню, главное меню, открыть меню, открой меню, menyu",
        "bn": "মেনু, মেনু দেখাও, মেনু দেখান, মেনু খোলো",
        "ht": "meni, meni an, meni prensipal",
        "ko": "메뉴, 메뉴 보기, 메뉴 열기",
        "ar": "القائمة, قائمة, القائمة الرئيسية, افتح القائمة",
        "ur": "مینو, مینیو, مینو دکھائیں, مینو دکھاؤ, فہرست",
        "fr": "menu, le menu, menu principal",
        "pl": "menu, otwórz menu, menu główne",
    },
    "start": {
        "en": "start, begin, unstop, get started",
        "es": "empezar, empieza, empiece, comenzar, comienza, comience, iniciar, inicia, inicio",
        "zh-Hans": "开始, 开始吧, 启动",
        "zh-Hant": "開始, 開始吧, 啟動",
        "ru": "старт, начать, начни, начните, начало, начнём, nachat",
        "bn": "শুরু, শুরু করো, শুরু করুন, শুরু করি, স্টার্ট, shuru, shuru koro",
        "ht": "kòmanse, kòmanse kounye a, demare",
        "ko": "시작, 시작하기, 시작해, 시작해 주세요, 시작할래요, 스타트",
        "ar": "ابدأ, ابدئي, ابدأوا, بدء, بداية, البداية, ibda",
        "ur": "شروع کریں, شروع, شروع کرو, شروع کر دیں, آغاز, shuru karo, shuru karein",
        "fr": "commencer, commence, commencez, démarrer, démarre, démarrez, début",
        "pl": "zacznij, zacząć, zacznijcie, zaczynamy, rozpocznij, rozpocząć, start",
    },
    "learn": {
        "en": "learn, lessons, lesson, the lessons, start a lesson",
        "es": "aprender, lecciones, lección, las lecciones",
        "zh-Hans": "学习, 课程, 上课",
        "zh-Hant": "學習, 課程, 上課",
        "ru": "уроки, урок, учиться, uroki",
        "bn": "শেখা, শিখুন, শিখব, পাঠ, shekha",
        "ht": "aprann, leson, leson yo",
        "ko": "배우기, 수업, 배울래요",
        "ar": "تعلم, الدروس, دروس, durus",
        "ur": "سیکھیں, سیکھنا, سبق, sabaq",
        "fr": "apprendre, leçons, leçon, les leçons",
        "pl": "nauka, lekcje, lekcja, uczyć się",
    },
    "area": {
        "en": "area, my area, our area",
        "es": "zona, mi zona, mi barrio",
        "zh-Hans": "地区, 我的地区, 我的社区",
        "zh-Hant": "地區, 我的地區, 我的社區",
        "ru": "район, мой район, наш район, moi raion",
        "bn": "এলাকা, আমার এলাকা, আমাদের এলাকা, amar elaka",
        "ht": "zòn, zòn mwen, zòn pa m",
        "ko": "동네, 우리 동네, 내 지역",
        "ar": "منطقتي, منطقة, المنطقة, mantiqati",
        "ur": "علاقہ, میرا علاقہ, ہمارا علاقہ, mera ilaqa",
        "fr": "quartier, mon quartier, ma zone",
        "pl": "okolica, moja okolica, nasza okolica",
    },
    "invite": {
        "en": "invite, invite friends, invite a friend, invite someone, invites",
        "es": "invitar, invitar amigos, invitar a alguien, invita, invitación",
        "zh-Hans": "邀请, 邀请朋友, 邀请别人",
        "zh-Hant": "邀請, 邀請朋友, 邀請別人",
        "ru": "пригласить, пригласи, пригласить друга, приглашение, priglasit",
        "bn": "আমন্ত্রণ, আমন্ত্রণ জানাও, বন্ধুকে আমন্ত্রণ, amontron",
        "ht": "envite, envite zanmi, envite yon moun",
        "ko": "초대, 초대하기, 친구 초대",
        "ar": "دعوة, دعوة صديق, ادع صديقا, da3wa",
        "ur": "دعوت, دعوت دیں, دوست کو دعوت, dawat",
        "fr": "inviter, inviter un ami, inviter une amie, invitation",
        "pl": "zaproś, zaprosić, zaproś znajomych, zaproszenie",
    },
    "verify": {
        "en": "verify, is it really you, is this really you, is this real, are you real",
        "es": "verificar, verifica, comprobar, son ustedes de verdad",
        "zh-Hans": "验证, 核实, 真的是你们吗",
        "zh-Hant": "驗證, 核實, 真的是你們嗎",
        "ru": "проверить, проверка, это правда вы, proverit",
        "bn": "যাচাই, যাচাই করো, যাচাই করুন, jachai",
        "ht": "verifye, tcheke, se nou vre",
        "ko": "인증, 인증하기, 진짜예요",
        "ar": "تحقق, تحققوا, هل هذا أنتم حقا, tahaqaq",
        "ur": "تصدیق, تصدیق کریں, کیا یہ واقعی آپ ہیں, tasdeeq",
        "fr": "vérifier, vérifie, c'est vraiment vous, vérification",
        "pl": "sprawdź, sprawdzić, czy to naprawdę wy, weryfikacja",
    },
}  # fmt: skip


def _parted(rows: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    return {language: tuple(word.strip() for word in line.split(",")) for language, line in rows.items()}


STOP_WORDS: Mapping[str, tuple[str, ...]] = _parted(_TABLE[STOP])
"""Whole messages that end everything, by language; said two or three times over they mean the same."""

COMMAND_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    name: _parted(rows) for name, rows in _TABLE.items() if name != STOP
}
"""Whole messages that do what the command of that name does, by command and language."""
