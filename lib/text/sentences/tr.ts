/** Room of text: our sentences in Turkish. Pure. */
import type { Sentences } from './what.ts';

export const tr: Sentences = {
  apology: (reference) =>
    `Üzgünüm, bu mesajı yanıtlayamadım. Lütfen biraz sonra tekrar deneyin. Sorun sürerse şu referans numarasını belirtin: ${reference}.`,
  empty: 'Üzgünüm, buna bir yanıtım yok. Başka bir şekilde sorabilir misiniz?',
  notInDocuments: 'Belgelerimizde bununla ilgili bir şey bulamadım. Başka bir şekilde sorabilir misiniz?',
  noRoom: 'Üzgünüm, yanıt için yerim yetmedi. Tek seferde daha az şey sorabilir misiniz?',
  tooManySteps: 'Üzgünüm, bunu makul sayıda adımda bitiremedim. Bir bölümünü sorabilir misiniz?',
  cutShort: '_(Yanıtım burada kesildi.)_',
  refusal: 'Üzgünüm, bu konuda yardımcı olamam.',
  tooLong: (chars, maxChars) =>
    `Üzgünüm, bu mesaj benim için çok uzun (${chars} karakter, en fazla ${maxChars}). Kısaltabilir ya da parça parça gönderebilir misiniz?`,
  nothingSaid: 'Mesajınız boş geldi. Ne öğrenmek istersiniz?',
  unreadable:
    'Üzgünüm, bu mesajı okuyamadım: çoğu görüntülenemeyen karakterlerden oluşuyor. Yeniden yazabilir misiniz?',
  slowDown: (wait) => `Yanıtlayabileceğimden daha hızlı yazıyorsunuz. Lütfen ${wait} bekleyip yeniden yazın.`,
  userSpent: (wait) => `Bugün sizin için yanıtlayabileceklerim bu kadar. Lütfen ${wait} sonra tekrar gelin.`,
  allSpent: (wait) => `Bugün yanıtlayabileceklerim bu kadar. Lütfen ${wait} sonra tekrar gelin.`,
  blocked: 'Size burada artık yanıt veremiyorum.',
  wasDone: (what) => `Yapılan işlem: ${what}.`,
  notDone: (what) => `Yapılmayan işlem: ${what}.`,
  mayBeDone: (what) => `Bunun yapılıp yapılmadığı bilinmiyor: ${what}. Lütfen yeniden istemeden önce kontrol edin.`,
  handedOver: 'Ekibimizden bu görüşmeyi devralmasını istedim. Biri size yazacak.',
  nobodyYet: 'Üzgünüm, ekibimizden henüz kimse gelmedi. Mesajınız unutulmadı: biri size yazacak.',
  teamBack: (when) => `Ekibimizin dönüşü: ${when}.`,
  notNow: 'Şu anda burada sohbet edemiyorum. Lütfen bir dakika sonra yeniden deneyin.',
  signIn: 'Burada sohbet etmek için lütfen oturum açın.',
  yes: 'Evet',
  no: 'Hayır',
};
