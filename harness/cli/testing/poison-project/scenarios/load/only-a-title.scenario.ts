export default { title: 'a scenario that is only a title' };
