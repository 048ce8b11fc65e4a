/**
 * Links that leave the app: a call, a message, a map. A map is told the address and nothing else, a message goes to the customer's number.
 *
 * The maps' parameters are those of lbs.amap.com/api/amap-mobile, lbsyun.baidu.com (mapadjustment/uri) and lbs.qq.com/uri_v1; none needs a
 * place's coordinates, which no order has.
 */

export const MAPS = ['amap', 'baidu', 'tencent', 'system'] as const;
export type MapApp = (typeof MAPS)[number];
export type System = 'android' | 'ios' | 'other';

/** Who asks: each of the maps wants a name. */
const SELF = 'doorstep';

export function systemOf({ userAgent, maxTouchPoints }: Pick<Navigator, 'userAgent' | 'maxTouchPoints'> = navigator): System {
  if (/Android/i.test(userAgent)) return 'android';
  // An iPad says that it is a Mac; no Mac is touched with several fingers.
  const touched = /Macintosh/.test(userAgent) && maxTouchPoints > 1;
  return touched || /iPhone|iPad|iPod/.test(userAgent) ? 'ios' : 'other';
}

/** Digits, and a plus before them. */
const dialled = (number: string) => number.trim().replace(/(?!^\+)\D/g, '');

export const callUri = (number: string) => `tel:${dialled(number)}`;

/** RFC 5724; iOS alone wants `&` where everybody else has `?`. */
export function messageUri(number: string, text: string, system: System = systemOf()): string {
  return `sms:${dialled(number)}${system === 'ios' ? '&' : '?'}body=${encodeURIComponent(text)}`;
}

export function mapUri(app: MapApp, address: string, system: System = systemOf()): string {
  const place = encodeURIComponent(address);
  const ios = system === 'ios';
  switch (app) {
    case 'amap':
      return ios
        ? `iosamap://poi?sourceApplication=${SELF}&name=${place}&dev=0`
        : `androidamap://poi?sourceApplication=${SELF}&keywords=${place}&dev=0`;
    case 'baidu':
      return `baidumap://map/geocoder?address=${place}&src=${ios ? 'ios' : 'andr'}.${SELF}.${SELF}`;
    case 'tencent':
      return `qqmap://map/search?keyword=${place}&referer=${SELF}`;
    case 'system':
      return ios ? `maps://?q=${place}` : `geo:0,0?q=${place}`;
  }
}
