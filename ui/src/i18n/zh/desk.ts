/** 电脑界面 */
export default {
  nav: { title: '上门', orders: '工单', review: '日清', team: '团队', settings: '设置', label: '主菜单' },
  orders: {
    title: '工单', subtitle: '{count} 单', search: '搜姓名、电话、地址、机型', new: '新工单', keyHint: '/ 搜索 · n 新工单', empty: '这天还没有工单',
    emptyNext: '按 n 或点「新工单」接第一单。', noMatch: '没有符合「{text}」的单', noMatchNext: '换个字，或清掉搜索。', assign: '派单', reassign: '改派', unassigned: '待派',
    time: '时间', customer: '客户', appliance: '机器', symptom: '现象', status: '进度', who: '师傅', open: '打开', allStates: '全部', stateOpen: '未派', stateDoing: '进行中', stateDone: '已完工', assigned: '已派给 {names}',
    done: '派好了', nobody: '收回，谁也不派', clear: '清掉搜索', created: '已下单：{customer}', undo: '撤销', previous: '前一天', next: '后一天', today: '今天', taken: '{time} 接单', more: '等 {count} 台',
  },
  form: {
    title: '新工单', kind: '类型', urgency: '急缓', urgencyHint: {
      class1: '煤气味、触电、焦糊味：先电话指导，关阀开窗、断电，别派人进煤气里。', class2: '漏水：先关进水阀。到达时限：近 60 分钟，远 120 分钟。', normal: '24 小时内上门。',
    },
    far: '远近', near: '近（60 分钟内到）', farther: '远（120 分钟内到）', name: '客户姓名', phone: '电话', township: '乡镇', address: '地址', appliances: '机器', addAppliance: '再加一台', removeAppliance: '去掉这台',
    applianceKind: '种类', brand: '品牌', model: '型号', serial: '机号', optional: '可不填', symptom: '故障现象', symptomHint: '例如：接头漏水，已断电关水', window: '约定时间', windowNone: '未约', day: '哪天', from: '从', to: '到',
    dayToday: '今天', dayTomorrow: '明天', dayAfter: '后天', coverage: '谁付钱', maker: '厂家工单号', note: '备注', assign: '派给', assignLater: '以后再派', submit: '下单', submitAssign: '下单并派给 {name}',
    cancel: '收起', draftKept: '没下的单会留着，下次打开还在', clear: '清空', needName: '要填客户姓名', needPhone: '要填电话', needTownship: '要选或填乡镇', needAddress: '要填地址', windowOrder: '结束要晚于开始', keys: 'Enter 下一格 · Ctrl+Enter 下单 · Esc 收起',
    saving: '正在存',
  },
  review: {
    title: '日清', yesterday: '昨 {value}', due: '完工 / 应完', late: '迟到 {count}', onTime: '准时上门', inLimit: '限时完成', five: '五项服务齐全', readings: '测量 / 不合格', rectified: '整改合格 {count}', refused: '拒装 {count}', hazards: '隐患 {count}', parts: '配件',
    partsCount: '{count} 件', photos: '照片 {count} 张', time: '到达', customer: '客户', appliance: '机型', who: '师傅', result: '结果', findings: '发现', money: '配件金额', none: '无', empty: '这天没有工单', emptyNext: '换一天看看，或到「工单」里接单。', arrivals: '到达时刻', members: '各师傅准时',
    memberLine: '{name} {good}/{of}', notArrived: '{name}的设备还有 {changes} 项、照片 {photos} 张没到', seen: '{time} 后没有信号', arrivedAll: '各设备都到齐了', pick: '点一行，右边看测电、照片和记录', close: '收起', chartLoading: '正在画图', hourUnit: '{hour} 点 {count} 次', noArrivals: '还没有人到达', noMembers: '还没有可算准时的单',
  },
  panel: {
    photos: '照片', noPhotos: '没有照片', readings: '测电', noReadings: '没有测量', services: '五项服务', parts: '配件', noParts: '没用配件', history: '谁在何时做了什么', sheet: '维修单', arrived: '{time} 到', usedMinutes: '{used} / {limit} 分', rectified: '整改：{text}', notHere: '照片还在路上', loading: '正在取', method: '方法：{text}', total: '合计 {money}', empty: '没填', by: '{name} {time}',
  },
  team: {
    title: '团队', members: '成员', devices: '设备', name: '姓名', roles: '角色', add: '加成员', addTitle: '加成员', save: '加上', cancel: '取消', invite: '登记设备', inviteTitle: '给{name}登记设备', inviteHow: '用手机扫码，或把链接发过去；也可以念登记码。只能用一次。', link: '登记链接', code: '登记码', copy: '复制链接', copied: '已复制', expiresIn: '{time} 后失效', expired: '已失效', renew: '再要一个', owner: '使用人',
    lastSeen: '上次联系', holds: '还没交的', holdsNone: '都交了', holdsSome: '{changes} 项 · 照片 {photos} 张', status: '状态', lost: '挂失', thisDevice: '这台', never: '还没联系过', lostTitle: '挂失「{name}」？', lostText: '它会立刻被中继拒绝，里面的数据会抹掉，不能再恢复使用。还没交的 {changes} 项和 {photos} 张照片可能丢失。', lostConfirm: '挂失（不能反悔）', lostWait: '{seconds} 秒后挂失「{name}」', lostUndo: '撤回', lostDone: '已挂失「{name}」', inactive: '已离开', emptyDevices: '还没有设备', emptyDevicesNext: '点成员后面的「登记设备」，用手机扫码。', needName: '要填姓名', needRole: '至少选一个角色',
  },
  settings: {
    title: '设置', device: '这台设备', appearance: '显示', network: '网络',
  },
};
