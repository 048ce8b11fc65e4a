/** 手机界面 */
export default {
  tabs: { today: '今日', sync: '同步', me: '我的' },
  today: {
    title: '今日', jobs: '{count} 单', pull: '下拉同步', release: '松开同步', syncing: '正在同步', synced: '同步好了',
    emptyTitle: '今天还没有派给你的单', emptyNext: '老板派单后会自动出现；也可以现在同步一次。',
    arriveBy: '{time} 前到达', left: '还剩 {time}', lateBy: '已迟 {time}', used: '已用 {used} / {limit} 分', over: '已超 {over} 分',
    more: '共 {count} 台', noWindow: '时间未约', finishedAt: '{time} 完工', unsent: '本机 {count} 项待传', maker: '厂家单号 {number}',
  },
  job: {
    back: '返回', call: '拨打', copy: '复制地址', copied: '已复制', map: '导航', mapTitle: '用哪个地图打开', note: '备注',
    journey: '节点', derived: '由记录得出', sections: '要做的', safety: '安全测电', safetyHint: '服务前必测，未测不能开始', sheet: '维修单',
    sheetFilled: '已填 {done} / {all}', photos: '照片', photosNeed: '还差：{list}', photosTaken: '{count} 张', parts: '配件', partsNone: '未用',
    partsUsed: '{count} 件 · {money}', services: '五项服务', servicesCount: '{done} / 5', blockers: '还差这些才能完工',
    blockerCount: '还差 {count} 项', earlier: '以前的单', earlierNone: '本机没有这个电话或机号的旧单', history: '谁在何时做了什么', historyNone: '还没有记录',
    onRelay: '已到中继', onDevice: '在本机', readOnly: '这张单没有派给你，只能看', finished: '这张单已完工', finishedHint: '记录会自动上传；到没到在「同步」里看',
    goFinish: '去完工', allDone: '都齐了，可以完工', next: '下一步', loading: '正在打开', notFound: '本机没有这张单',
    servicesHint: '有记录的自动得出，其余点一下选',
  },
  map: { amap: '高德地图', baidu: '百度地图', tencent: '腾讯地图' },
  card: {
    title: '上门服务公示卡', hint: '请把手机正面给用户看', counting: '再出示 {seconds} 秒', recorded: '已记录出示',
    services: '为您做五项服务', complaint: '不满意可以打', technician: '上门人员', close: '关闭', next: '去安全测电',
  },
  safety: {
    title: '安全测电', progress: '{done} / {all}', limit: '要求 {text}', basis: '依据', where: '在哪儿测', method: '测量方法',
    pickMethod: '先选测量方法', instrument: '仪表', instrumentHint: '牌子和编号，可不填', save: '记下', saveNext: '记下，下一项',
    notApplicable: '不适用', notMeasured: '测不了', reason: '原因', reasonHint: '例如：没有仪表', rectify: '整改后重测', rectifyTitle: '先说清整改了什么',
    rectified: '整改了什么', rectifiedHint: '例如：重新接好地线端子', rectifyGo: '开始重测', again: '重测', failedKept: '不合格的记录会一直保留', retest: '整改后重测中',
    nextRow: '下一项：{name}', done: '测完了，回到工单', required: '必测', optional: '选测', empty: '这张单没有要测的项目', records: '记录',
    typing: '还没记下的数', unmeasuredReasons: { instrument: '没有仪表', reach: '够不着', customer: '用户不让测' },
    notApplicableReasons: { absent: '没有这个部件', design: '这种机器不需要' }, key: { point: '小数点', back: '退格', clear: '清除' },
    verdictOf: '{name} {value}：{verdict}', fixes: { terminal: '重新接好端子', wire: '换了电线', socket: '换了插座', breaker: '换了漏保' },
    pickOne: '请选一个',
  },
  drawing: {
    socket: '插座', live: '火', neutral: '零', earth: '地', left: '左零', right: '右火', top: '上地', tester: '验电器',
    button: '试验', breaker: '漏电保护器', stake: '接地极', appliance: '电器', meter: '仪表', pipe: '水管',
  },
  sheet: {
    title: '维修单', saved: '已存本机', saving: '正在存', unsaved: '还没存上', appliance: '第 {n} 台', fields: '机器和故障', pick: '选', likely: '常见：点一下填三项',
    parts: '配件', partsHint: '点一下用一个', free: '名册里没有的配件', name: '名称', price: '单价（元）', quantity: '数量', add: '加上', remove: '撤掉', removed: '已撤掉 {name}',
    undo: '撤销', total: '合计', noParts: '还没用配件', noOffers: '这类机器没有常用配件清单', photos: '照片', shoot: '拍照', more: '再拍一张', required: '必拍', taken: '已拍 {count}',
    adding: '正在存照片', received: '已到中继', waiting: '在本机', uploading: '已传 {percent}%', open: '看大图', notHere: '照片还没到这台设备', fetch: '取来看', fetching: '正在取',
    by: '{name} · {time}', cantPrice: '单价要是数字', brands: '常见品牌',
  },
  services: {
    say: '可以这样说', derived: '由记录得出', done: '做了', allNormal: '都正常', notWanted: '用户不需要', notApplicable: '不适用', reason: '不适用的原因',
    save: '记下', from: { test_power: '测完必测项目后自动得出', clean_up: '拍了修后照片后自动得出' },
  },
  finish: {
    title: '完工', outcome: '这次的结果', none: '现在还没有可选的结果', confirm: '确认：{outcome}', pick: '先选结果', blockers: '要「修好完工」还差', done: '已完工',
    undoable: '完工后不能再改维修单',
  },
  sync: {
    title: '同步', onDevice: '在本机', onRelay: '到中继', onOwner: '在老板设备上', caption: '本机做的记录，各到了哪里', waiting: '还在本机的', waitingNone: '都到中继了',
    other: '其他记录', changes: '记录 {count} 项', photoCount: '照片 {count} 张', photos: '照片', photosArrived: '{done} / {all} 张已到', photosBytes: '{done} / {all}',
    photosNone: '还没有照片', stuck: '卡住的', stuckOurs: '中继没收', stuckOthers: '本机打不开', incomplete: '别人的 {count} 条记录在等前面的部分，到了自动接上', attempts: '最近几次', attemptsNone: '还没同步过',
    ok: '成功', sent: '上传 {count} 项', received: '收到 {count} 项', took: '{seconds} 秒', now: '现在同步', working: '正在同步', lastSuccess: '上次成功 {time}',
    never: '还没成功过', nextTry: '{time} 自动再试', noNetwork: '「无网络」开着，正在演练', clock: '本机时钟比中继{direction} {time}', fast: '快', slow: '慢', offlineHint: '记录都在本机，有网时自动上传',
  },
  me: {
    title: '我的', who: '我是', outlet: '网点', device: '这台设备', deviceId: '设备号', relay: '中继', language: '语言', shell: '界面', textSize: '字号',
    textSizeHint: '跟手机系统的字号走；在系统设置里调大，这里跟着变大', noNetwork: '无网络（演练用）', noNetworkHint: '打开后当作没有网络，记录都留在本机；关上后自动上传',
    keyInFile: '数据钥匙存在文件里', keyInFileHint: '这台机器没有系统钥匙库。谁拿到这个文件夹就能打开数据，请保管好设备。', version: '版本',
  },
};
