/** 到处都用的话 */
export default {
  app: '上门', save: '存', cancel: '取消', close: '关闭', retry: '再试', ok: '好', loading: '正在打开', back: '返回', yes: '是', no: '否',
  chip: { offline: '离线', waiting: '待上传 {count} 项', onDevice: '本机 {count} 项待传', stuck: '{count} 项卡住', label: '同步状态' },
  minutes: '{count} 分', hoursMinutes: '{hours} 小时 {minutes} 分', seconds: '{count} 秒', days: '{count} 天',
  separator: '、', failed: '没做成', refused: '这台设备已被停用。在本机填的都还在；请联系老板。', network: '演练：无网络',
  fatal: '打不开', fatalHint: '程序没有启动好。数据都在；请再试一次。',
  enrol: {
    title: '登记这台设备', intro: '向老板要登记链接或登记码。登记一次，以后不用再登。', byLink: '用链接', byCode: '用登记码', link: '登记链接', linkHint: '整条粘贴，以 doorstep:enrol 开头', relay: '中继地址', relayHint: '例如 https://…', code: '登记码',
    codeHint: '8 个字母数字', name: '这台设备叫什么', nameHint: '例如：冉师傅的手机', go: '登记', going: '正在登记', paste: '粘贴',
  },
  picture: { of: '{stage} · {time}', close: '关闭大图', previous: '上一张', next: '下一张' },
};
